/** Pieces of JSON Schema, and the schemas of the function as such pieces. */
import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";

import {
  jsonObject,
  passwordLength,
  passwordPattern,
} from "function/schemas.ts";

export type Schema = { readonly [key: string]: unknown };

export interface ObjectSchema extends Schema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
}

/** The JSON Schema of what a request may carry. */
export function input(schema: v.GenericSchema): ObjectSchema {
  const { $schema: _, ...converted } = toJsonSchema(schema, {
    typeMode: "input",
    errorMode: "ignore",
    overrideSchema: ({ valibotSchema, jsonSchema }) =>
      valibotSchema === jsonObject ? { type: "object" } : jsonSchema,
    overrideAction: ({ valibotAction, jsonSchema }) =>
      valibotAction === passwordLength
        ? { ...jsonSchema, pattern: passwordPattern }
        : jsonSchema,
  });
  const { properties = {}, required = [] } = converted;
  return {
    ...converted,
    properties: properties as Record<string, Schema>,
    required,
  };
}

/** A request's body: its action joined with its fields. */
export function request(
  action: string | Schema,
  schema: v.GenericSchema,
): Schema {
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

export function json(schema: Schema): Schema {
  return { required: true, content: { "application/json": { schema } } };
}

export function object(
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

export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}
