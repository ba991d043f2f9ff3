/**
 * The API's description, made from the schemas that the function validates with.
 *
 * `deno run openapi.ts` prints it; docs/openapi.yaml is that print.
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { stringify } from "yaml";

import { allMethods } from "./cors.ts";
import { errorCodes, statusOf } from "./errors.ts";
import { pageForm } from "./openapi_form.ts";
import * as schemas from "./schemas.ts";

type Schema = { readonly [key: string]: unknown };

const collection: Schema = {
  type: "string",
  pattern: "^collection/[A-Za-z0-9_-]{1,64}$",
};

const item: Schema = object({
  id: { type: "string", format: "uuid" },
  project_id: { type: "string", format: "uuid" },
  collection_name: { type: "string" },
  data: { type: "object" },
  status: { const: "active" },
  sort_order: { type: ["integer", "null"] },
  created_at: { type: "string", format: "date-time" },
  updated_at: { type: "string", format: "date-time" },
});

const user: Schema = object({
  id: { type: "string", format: "uuid" },
  email: { type: "string" },
  name: { type: ["string", "null"] },
});

const done: Schema = object({ success: { const: true } });

const signedIn: Schema = object({
  user: ref("User"),
  token: { type: "string", description: "Lives for some days; see the docs." },
});

/** The whole document. */
export function openapi(): Schema {
  return {
    openapi: "3.1.0",
    info: {
      title: "project-backend-api",
      version: "1",
      description:
        "The backend of published sites: forms, collections, uploads, visitors' accounts. One address; the method and the action say what is meant.",
    },
    servers: [{
      url: "{supabase}/functions/v1/project-backend-api",
      variables: { supabase: { default: "http://127.0.0.1:54321" } },
    }],
    security: [{}, { siteToken: [] }, { owner: [] }],
    paths: { "/": { get: read(), post: post(), put: put(), delete: remove() } },
    components: {
      securitySchemes: {
        siteToken: {
          type: "apiKey",
          in: "header",
          name: "X-Site-Token",
          description: "A visitor's token, where a feature is for site users.",
        },
        owner: {
          type: "http",
          scheme: "bearer",
          description: "The project owner's Supabase access token.",
        },
      },
      schemas: { Item: item, User: user, Error: errorSchema() },
    },
  };
}

function read(): Schema {
  const { properties, required } = input(schemas.itemList);
  const parameters = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
  const action = {
    name: "action",
    in: "query",
    required: true,
    schema: { anyOf: [collection, { const: "health" }] },
  };
  const filters = {
    name: "filters",
    in: "query",
    style: "form",
    explode: true,
    description: "where.FIELD=value, as often as ten times",
    schema: {
      type: "object",
      propertyNames: { pattern: "^where\\.[A-Za-z0-9_-]{1,64}$" },
      additionalProperties: { type: "string", maxLength: 1024 },
      maxProperties: 10,
    },
  };
  return {
    operationId: "listItems",
    summary: "List a collection's items, read one, or ask for health",
    parameters: [...parameters, action, filters],
    responses: responses({
      anyOf: [
        object({
          items: { type: "array", items: ref("Item") },
          total: { type: "integer", minimum: 0 },
        }, {
          nextOffset: {
            type: "integer",
            minimum: 1,
            description: "Where to go on, if the answer had to end early",
          },
        }),
        object({ status: { const: "ok" } }),
      ],
    }),
  };
}

const repeats: Schema = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "The same request with the same key gets the first answer for 24 hours",
  schema: { type: "string", pattern: "^[!-~]{1,255}$" },
};

function post(): Schema {
  const bodies = [
    request("submit", schemas.submission),
    request(collection, schemas.newItem),
    request("auth/signup", schemas.signup),
    request("auth/login", schemas.login),
    request("auth/me", schemas.session),
    request("auth/logout", schemas.session),
    request("upload/delete", schemas.deletedFile),
  ];
  const file = { type: "string", format: "binary" };
  const upload = input(schemas.upload);
  return {
    operationId: "act",
    parameters: [repeats],
    summary: "Submit a form, add an item, sign up, log in, upload a file",
    requestBody: {
      required: true,
      content: {
        "application/json": { schema: { oneOf: bodies } },
        "application/x-www-form-urlencoded": { schema: pageForm },
        "multipart/form-data": {
          schema: {
            anyOf: [{
              ...upload,
              properties: { projectId: upload.properties.projectId, file },
              required: ["projectId", "file"],
            }, pageForm],
          },
        },
      },
    },
    responses: responses({
      anyOf: [
        object({ success: { const: true }, id: { type: "string" } }),
        object({ item: ref("Item") }),
        signedIn,
        object({ user: ref("User") }),
        done,
        object({
          success: { const: true },
          url: { type: "string" },
          path: { type: "string" },
          filename: { type: "string" },
          size: { type: "integer" },
        }),
      ],
    }),
  };
}

function put(): Schema {
  return {
    operationId: "updateItem",
    parameters: [repeats],
    summary: "Replace an item's data",
    requestBody: json(request(collection, schemas.changedItem)),
    responses: responses(object({ item: ref("Item") })),
  };
}

function remove(): Schema {
  return {
    operationId: "deleteItem",
    parameters: [repeats],
    summary: "Delete an item; its row stays",
    requestBody: json(request(collection, schemas.deletedItem)),
    responses: responses(done),
  };
}

interface ObjectSchema extends Schema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
}

/** The JSON Schema of what a request may carry. */
function input(schema: v.GenericSchema): ObjectSchema {
  const { $schema: _, ...converted } = toJsonSchema(schema, {
    typeMode: "input",
    errorMode: "ignore",
    overrideSchema: ({ valibotSchema, jsonSchema }) =>
      valibotSchema === schemas.jsonObject ? { type: "object" } : jsonSchema,
  });
  const { properties = {}, required = [] } = converted;
  return {
    ...converted,
    properties: properties as Record<string, Schema>,
    required,
  };
}

/** A request's body: its action joined with its fields. */
function request(action: string | Schema, schema: v.GenericSchema): Schema {
  const { properties, required, ...rest } = input(schema);
  return {
    ...rest,
    properties: {
      action: typeof action === "string" ? { const: action } : action,
      ...properties,
    },
    required: ["action", ...required],
  };
}

function json(schema: Schema): Schema {
  return { required: true, content: { "application/json": { schema } } };
}

function object(
  properties: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  return {
    type: "object",
    properties: { ...properties, ...optional },
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

function errorSchema(): Schema {
  return {
    type: "object",
    properties: {
      error: { type: "string", description: "A sentence for people" },
      code: { enum: errorCodes },
      requestId: {
        type: "string",
        format: "uuid",
        description: "Where the fault is ours, to find it in the log",
      },
    },
    required: ["error", "code"],
    additionalProperties: false,
  };
}

/** What every operation answers: success, or any refusal by its status. */
function responses(success: Schema): Schema {
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
  return {
    "200": {
      description: "Done",
      content: { "application/json": { schema: success } },
    },
    ...Object.fromEntries(refusals),
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

if (import.meta.main) {
  console.log(
    stringify(openapi(), { lineWidth: 100, aliasDuplicateObjects: false })
      .trimEnd(),
  );
}
