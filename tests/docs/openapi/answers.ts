/** What the API answers: items, accounts, files, refusals. */
import { allMethods } from "function/cors.ts";
import { errorCodes, statusOf } from "function/errors.ts";

import { object, ref, type Schema } from "./shapes.ts";

export const item: Schema = object({
  id: { type: "string", format: "uuid" },
  project_id: { type: "string", format: "uuid" },
  collection_name: { type: "string" },
  data: { type: "object" },
  status: { const: "active" },
  sort_order: { type: ["integer", "null"] },
  created_at: { type: "string", format: "date-time" },
  updated_at: { type: "string", format: "date-time" },
});

export const user: Schema = object({
  id: { type: "string", format: "uuid" },
  email: { type: "string" },
  name: { type: ["string", "null"] },
}, {
  metadata: {
    type: "object",
    description: "What the visitor keeps with the account; absent where empty",
  },
});

export const error: Schema = {
  type: "object",
  properties: {
    error: { type: "string", description: "A sentence for people" },
    code: { enum: errorCodes },
    item: {
      ...ref("Item"),
      description: "With item_changed: the item as it is",
    },
    requestId: {
      type: "string",
      format: "uuid",
      description: "Where the fault is ours, to find it in the log",
    },
  },
  required: ["error", "code"],
  additionalProperties: false,
};

export const done: Schema = object({ success: { const: true } });

export const signedIn: Schema = object({
  user: ref("User"),
  token: { type: "string", description: "Lives for some days; see the docs." },
});

export const page: Schema = object({
  items: { type: "array", items: ref("Item") },
  total: { type: "integer", minimum: 0 },
}, {
  nextOffset: {
    type: "integer",
    minimum: 1,
    description: "Where to go on, if the answer had to end early",
  },
});

export const stored: Schema = object({
  success: { const: true },
  url: { type: "string" },
  path: { type: "string" },
  filename: { type: "string" },
  size: { type: "integer" },
});

/** What every operation answers: success, whatever else is none, or any refusal by its status. */
export function responses(success: Schema, others: Schema = {}): Schema {
  const byStatus = Map.groupBy(errorCodes, statusOf);
  const refusals = [...byStatus].sort(([left], [right]) => left - right).map(
    ([status, codes]) => [
      String(status),
      {
        description: codes.join(", "),
        ...headersOf(status),
        content: { "application/json": { schema: ref("Error") } },
      },
    ],
  );
  return { "200": success, ...others, ...Object.fromEntries(refusals) };
}

export function success(
  schema: Schema,
  headers: Schema = {},
): Schema & { readonly content: Schema } {
  return {
    description: "Done",
    ...headers,
    content: { "application/json": { schema } },
  };
}

function headersOf(status: number): Schema {
  if (status === 405) {
    const description = `Methods that it takes, of ${allMethods}`;
    return { headers: { Allow: { description, schema: { type: "string" } } } };
  }
  if (status !== 429 && status !== 503) return {};
  const description = "Seconds to wait";
  return {
    headers: { "Retry-After": { description, schema: { type: "integer" } } },
  };
}
