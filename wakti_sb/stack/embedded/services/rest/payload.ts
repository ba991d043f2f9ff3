/** The body of a request: JSON, CSV, a form, or text and bytes for a function. */

import { invalidBody } from "./refusals.ts";
import { CsvError, readCsv } from "./grammar/csv.ts";
import { type Media, nameOf } from "./grammar/media.ts";
import type { Query } from "./grammar/query.ts";
import { pairsOf } from "./grammar/query_string.ts";
import type { Action } from "./action.ts";

export type Payload =
  /** JSON as it was sent: PostgreSQL reads it. */
  | { readonly kind: "json"; readonly text: string }
  /** Arguments by name. */
  | {
    readonly kind: "form";
    readonly pairs: readonly (readonly [name: string, value: string])[];
  }
  /** For a function with one unnamed parameter. */
  | { readonly kind: "raw"; readonly text: string };

interface Read {
  readonly payload: Payload | null;
  readonly columns: readonly string[];
}

/**
 * Reads a body and finds the columns or arguments it gives values for. Throws Problem.
 *
 * @param body As text; bytes come as PostgreSQL spells them.
 */
export function readPayload(
  body: string,
  contentType: Media,
  query: Query,
  action: Action,
): Read {
  const isCall = action.kind === "call" && action.posted;
  const mutation = action.kind === "mutate" ? action.mutation : "delete";
  if (!isCall && mutation === "delete") return { payload: null, columns: [] };
  const takesColumns = isCall || mutation === "insert" || mutation === "update";
  switch (contentType.kind) {
    case "json": {
      if (takesColumns && query.columns !== null) {
        const columns = [...new Set(query.columns)].sort();
        return { payload: { kind: "json", text: body }, columns };
      }
      if (isCall && body === "") return ofJson("{}", {});
      return ofJson(body, parsed(body));
    }
    case "csv": {
      const rows = rowsOfCsv(body);
      return ofJson(JSON.stringify(rows), rows);
    }
    case "form": {
      const pairs = pairsOf(body).map(({ name, value }) =>
        [name, value ?? ""] as const
      );
      if (isCall) {
        const columns = [...new Set(pairs.map(([name]) => name))].sort();
        return { payload: { kind: "form", pairs }, columns };
      }
      const row = Object.fromEntries(pairs);
      return ofJson(JSON.stringify(row), row);
    }
    case "text":
    case "xml":
    case "bytes":
      if (isCall) return { payload: { kind: "raw", text: body }, columns: [] };
  }
  throw invalidBody(`Content-Type not acceptable: ${nameOf(contentType)}`);
}

function rowsOfCsv(text: string) {
  try {
    return readCsv(text);
  } catch (error) {
    throw error instanceof CsvError ? invalidBody(error.message) : error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidBody("Empty or invalid json");
  }
}

function isRow(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every object of a list must have the same keys; what is neither list nor object says nothing. */
function ofJson(text: string, value: unknown): Read {
  if (isRow(value)) {
    return {
      payload: { kind: "json", text },
      columns: Object.keys(value).sort(),
    };
  }
  const rows: readonly unknown[] = Array.isArray(value) ? value : [];
  const [first] = rows;
  if (first === undefined) {
    return { payload: { kind: "json", text: "[]" }, columns: [] };
  }
  const keys = isRow(first) ? Object.keys(first) : [];
  const uniform = isRow(first) && rows.every((row) => {
    if (!isRow(row)) return false;
    return Object.keys(row).length === keys.length &&
      keys.every((key) => Object.hasOwn(row, key));
  });
  if (!uniform) throw invalidBody("All object keys must match");
  return { payload: { kind: "json", text }, columns: keys.sort() };
}
