/** Forms that a page sends by itself, without a script: as fields in, a page or a redirect out. */
import type { Pace } from "./arrival.ts";
import { type Json, type JsonObject, queryOf, readBytes } from "./body.ts";
import { ask, type Context, type Page } from "./context.ts";
import { ApiError } from "./errors.ts";
import { type Entry, submitWithFiles } from "./form_files.ts";
import { submit } from "./forms.ts";
import type { Part } from "./multipart.ts";
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
  const bytes = await readBytes(
    context.request,
    mostBytes,
    pace,
    context.deadline,
  );
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ApiError("invalid_field", "The form is no UTF-8 text");
  }
  return await submitFields(context, [...new URLSearchParams(text)]);
}

/** A form that means another action must not end as an upload that forgot its fields. */
export function needKnown(action: string): void {
  if (action === "upload" || action === "submit") return;
  throw new ApiError(
    "invalid_action",
    "A multipart/form-data body is an upload or a submission; send other actions as JSON",
  );
}

/** Puts a form's fields into the inbox, and answers a browser with a page. */
export async function submitFields(
  context: Context,
  fields: readonly Field[],
  files: readonly Part[] = [],
): Promise<string> {
  context.action = "submit";
  if (fields.length > mostFields) {
    throw new ApiError(
      "invalid_field",
      `A form takes at most ${mostFields} fields`,
    );
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
  const named = { projectId, ...(formName ? { formName } : {}) };
  const answer = files.length === 0
    ? await submit(context, { ...named, data: dataOf(fields) })
    : await submitWithFiles(
      context,
      { ...named, entries: fields, files },
      dataOf,
    );
  if (wantsPage(context.request.headers)) {
    context.page = await thanks(context, projectId, said("_next"));
  }
  return answer;
}

/** The data of a form: a name that is repeated becomes a list. */
export function dataOf(fields: readonly Entry[]): JsonObject {
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
async function thanks(
  context: Context,
  projectId: string,
  next: string | null,
): Promise<Page> {
  const target = next === null ? null : await allowed(context, projectId, next);
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
 * An address that the visitor may be sent to: one whose origin may call. The gates have told of every
 * one, or of the caller's own; another one is asked about.
 */
async function allowed(
  context: Context,
  projectId: string,
  next: string,
): Promise<string | null> {
  const base = context.origin ?? undefined;
  if (!URL.canParse(next, base)) return null;
  const target = new URL(next, base);
  if (target.protocol !== "https:" && target.protocol !== "http:") return null;
  if (context.cors === "*" || target.origin === context.cors) {
    return target.href;
  }
  // The form is stored: nothing that fails here may say otherwise.
  const row = await ask(context, "may_call", [projectId, target.origin])
    .catch(() => null);
  return row?.status === 200 ? target.href : null;
}
