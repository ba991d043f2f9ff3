/** Forms that a page sends by itself, without a script: as fields in, a page or a redirect out. */
import type { Pace } from "./arrival.ts";
import { arriving } from "./arrival.ts";
import { type Json, type JsonObject, queryOf, readBytes } from "./body.ts";
import type { Context, Page } from "./context.ts";
import { ApiError } from "./errors.ts";
import { submit } from "./forms.ts";
import { partsOf, textOf } from "./multipart.ts";
import { limits } from "./settings.ts";

/** A field's name and its text, in the order of the page. */
export type Field = readonly [name: string, value: string];

/** Bytes that a form may take: its data, and what encodes and surrounds it. */
const mostBytes = limits.formData * 3 + 16 * 1024;

/** A page's form has no more fields than this. */
const mostFields = 256;

const pace: Pace = { whole: 15_000, window: 15_000, least: 0 };

/** What the form says to the API; every other field is data. */
const envelope = new Set(["projectId", "action", "formName", "_next"]);

/** A form in the encoding that pages use where they name none. */
export async function submitEncoded(context: Context): Promise<string> {
  const bytes = await readBytes(context.request, mostBytes, pace);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ApiError("invalid_field", "The form is no UTF-8 text");
  }
  return await submitFields(context, [...new URLSearchParams(text)]);
}

/** A form in the encoding of forms with files, where the address says that it is a submission. */
export async function submitMultipart(context: Context): Promise<string> {
  const { request } = context;
  const chunks = arriving(request, mostBytes, pace, "body_too_large");
  const fields: Field[] = [];
  for await (const part of partsOf(request.headers, chunks, mostBytes)) {
    if (part.filename !== null) {
      // An empty file field is what a browser sends for one that nobody filled.
      if (part.size === 0 && part.filename === "") continue;
      throw noFiles();
    }
    fields.push([part.name, textOf(part)]);
  }
  return await submitFields(context, fields);
}

/** A form that means another action must not end as an upload that forgot its fields. */
export function needKnown(action: string): void {
  if (action === "upload" || action === "submit") return;
  throw new ApiError(
    "invalid_action",
    "A multipart/form-data body is an upload or a submission; send other actions as JSON",
  );
}

/** The refusal of a file in a form. */
export function noFiles(): ApiError {
  return new ApiError(
    "file_type_not_allowed",
    "This form takes no files; send them as uploads",
  );
}

/** Puts a form's fields into the inbox, and answers a browser with a page. */
export async function submitFields(
  context: Context,
  fields: readonly Field[],
): Promise<string> {
  context.action = "submit";
  if (fields.length > mostFields) {
    throw new ApiError("invalid_field", `A form takes ${mostFields} fields`);
  }
  const query = queryOf(context.request);
  const said = (name: string) =>
    fields.find(([field]) => field === name)?.[1] ?? query.get(name);
  const projectId = said("projectId");
  if (projectId === null) {
    throw new ApiError("missing_field", "projectId is required");
  }
  if (said("action") !== "submit") throw new ApiError("invalid_action");
  const formName = said("formName");
  const answer = await submit(context, {
    projectId,
    ...(formName ? { formName } : {}),
    data: dataOf(fields),
  });
  if (wantsPage(context.request.headers)) {
    context.page = thanks(context, said("_next"));
  }
  return answer;
}

/** The data of a form: a name that is repeated becomes a list. */
export function dataOf(fields: readonly Field[]): JsonObject {
  const values = new Map<string, Json>();
  for (const [name, value] of fields) {
    if (envelope.has(name)) continue;
    const before = values.get(name);
    values.set(
      name,
      before === undefined
        ? value
        : Array.isArray(before)
        ? [...before, value]
        : [before, value],
    );
  }
  return Object.fromEntries(values);
}

/** Whether it is a browser that shows what comes back: it asks for HTML before anything else. */
function wantsPage(headers: Headers): boolean {
  const [first = ""] = (headers.get("accept") ?? "").split(",");
  return first.split(";")[0]?.trim().toLowerCase() === "text/html";
}

/** Where the visitor goes, or a word of thanks in their language. */
function thanks(context: Context, next: string | null): Page {
  const target = next === null ? null : allowed(context, next);
  if (target !== null) {
    return { status: 303, location: target, html: "" };
  }
  const arabic = /^ar\b/i.test(
    context.request.headers.get("accept-language") ?? "",
  );
  const [language, direction, title, text] = arabic
    ? ["ar", "rtl", "شكرًا لك", "وصلت رسالتك."]
    : ["en", "ltr", "Thank you", "Your message has arrived."];
  return {
    status: 200,
    location: null,
    html:
      `<!doctype html><html lang="${language}" dir="${direction}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>`,
  };
}

/**
 * An address that the visitor may be sent to: one whose origin may call. The gates have told which:
 * every one, or the caller's own.
 */
function allowed(context: Context, next: string): string | null {
  const base = context.origin ?? undefined;
  if (!URL.canParse(next, base)) return null;
  const target = new URL(next, base);
  if (target.protocol !== "https:" && target.protocol !== "http:") return null;
  return context.cors === "*" || target.origin === context.cors
    ? target.href
    : null;
}
