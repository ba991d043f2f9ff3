/** Values of items as people read and write them. */

import { type Data, fieldOf, inline, isData, type Json } from "../api/json.ts";
import type { Item } from "../api/items.ts";
import type { Field, FieldType } from "../api/schemas.ts";
import type { Messages } from "../i18n/messages.ts";
import { visible } from "../primitives/visible.ts";
import { westernDigits } from "../transfer/import.ts";

const TITLES = ["title", "name", "label", "question", "email"];

/** Fields in the order that people look for them: what an item is called first. */
export function titleFirst(fields: readonly Field[]): readonly Field[] {
  const rank = ({ name }: Field) => TITLES.includes(name) ? 0 : 1;
  return fields.toSorted((a, b) => rank(a) - rank(b));
}

/** What an item is called: a field that sounds like a title, else its first text. */
export function titleOf(item: Item): string {
  const byName = TITLES.map((name) => fieldOf(item.data, name));
  const found = [...byName, ...Object.values(item.data)].find((value) =>
    typeof value === "string" && value.trim() !== ""
  );
  return visible((inline(found) || item.id).slice(0, 60));
}

/** A value as a cell of a table shows it. */
export function cellText(
  t: Messages["data"],
  number: (value: number) => string,
  value: Json | undefined,
): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "boolean") return value ? t.yes : t.no;
  if (typeof value === "number") return number(value);
  if (typeof value === "string") return value;
  if (Array.isArray(value)) {
    const simple = value.every((one) => typeof one !== "object");
    return simple && value.length > 0
      ? value.map(inline).join(", ")
      : t.list(value.length);
  }
  return t.object(Object.keys(value).length);
}

/** A field while it is edited: what stands in its control. */
export interface Draft extends Field {
  /** The text of the control; for a boolean "true", "false" or "". */
  readonly text: string;
}

export function toDraft(field: Field, value: Json | undefined): Draft {
  if (value === undefined || value === null) return { ...field, text: "" };
  const structured = typeof value === "object";
  return {
    ...field,
    text: structured ? JSON.stringify(value, null, 2) : String(value),
  };
}

/** A draft's value, or what is wrong with it. An empty control has none. */
export function fromDraft(
  t: Messages["data"],
  draft: Draft,
): { readonly value?: Json; readonly mistake?: string } {
  const text = draft.text;
  if (draft.type === "text") return text === "" ? {} : { value: text };
  if (text.trim() === "") return {};
  switch (draft.type) {
    case "number": {
      const value = numberOf(text);
      return Number.isFinite(value) ? { value } : { mistake: t.invalidNumber };
    }
    case "boolean":
      return { value: text === "true" };
    case "array":
    case "object":
      return fromJson(t, draft.type, text);
  }
}

/**
 * A number as people write it: with a decimal comma, or in Arabic digits. A comma that could mark
 * thousands as well (`1,500`) is no number, so that nothing is stored a thousand times too small.
 */
export function numberOf(text: string): number {
  const western = westernDigits(text.trim());
  const comma = /^(-?\d+),(\d+)$/.exec(western);
  if (!comma) return Number(western);
  const [, whole, part] = comma;
  return part?.length === 3 ? Number.NaN : Number(`${whole}.${part}`);
}

function fromJson(
  t: Messages["data"],
  type: "array" | "object",
  text: string,
): { readonly value?: Json; readonly mistake?: string } {
  try {
    const value = JSON.parse(text) as Json;
    if (type === "array" && !Array.isArray(value)) {
      return { mistake: t.notArray };
    }
    if (type === "object" && !isData(value)) return { mistake: t.notObject };
    return { value };
  } catch (error) {
    return { mistake: t.invalidJson(reason(error)) };
  }
}

export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A field's control must be able to hold the value it has, whatever the schema says. */
export function fittingType(known: FieldType, value: Json | undefined) {
  if (value === undefined || value === null) return known;
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "boolean";
  return Array.isArray(value) ? "array" : "object";
}

/** The drafts as a document, and the mistakes by field. */
export function collect(
  t: Messages["data"],
  drafts: readonly Draft[],
  before: Data,
): { readonly data: Data; readonly mistakes: ReadonlyMap<string, string> } {
  const mistakes = new Map<string, string>();
  const entries = drafts.flatMap((draft): [string, Json][] => {
    const { value, mistake } = fromDraft(t, draft);
    if (mistake) mistakes.set(draft.name, mistake);
    if (value !== undefined) return [[draft.name, value]];
    // An empty text stays one where it was one; null stays null.
    const old = fieldOf(before, draft.name);
    return old === "" || old === null ? [[draft.name, old]] : [];
  });
  return { data: Object.fromEntries(entries), mistakes };
}
