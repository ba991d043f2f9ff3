/**
 * What the requests look like. The function validates with these, and openapi.yaml is made from
 * them.
 */
import * as v from "valibot";

import { isStorableText, type JsonObject } from "./body.ts";
import { ApiError } from "./errors.ts";
import { limits, passwords } from "./settings.ts";

const text = v.pipe(
  v.string("must be a text"),
  v.check(isStorableText, "has a character that cannot be stored"),
);

const uuid = v.pipe(
  v.string("must be a uuid"),
  v.regex(
    /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/,
    "must be a uuid",
  ),
);

const name = v.pipe(
  v.string("must be a text"),
  v.regex(
    /^[A-Za-z0-9_-]{1,64}$/,
    "takes letters, digits, _ and -, at most 64",
  ),
);

/** Any JSON object, handed through untouched. */
export const jsonObject = v.custom<JsonObject>(
  (value) =>
    value !== null && typeof value === "object" && !Array.isArray(value),
  "must be an object",
);

/** Strangers send this to be looked at, so nothing here may be matched in two ways. */
const email = v.pipe(
  text,
  v.trim(),
  v.maxLength(
    limits.emailChars,
    `has more than ${limits.emailChars} characters`,
  ),
  v.regex(/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/, "is not an e-mail address"),
);

/** Counted as people do, and JSON Schema: a character beyond 16 bits is one, not two. */
const newPassword = v.pipe(
  text,
  v.regex(
    new RegExp(`^[\\s\\S]{${passwords.minChars},${passwords.maxChars}}$`, "u"),
    `takes ${passwords.minChars} to ${passwords.maxChars} characters`,
  ),
);

const sortOrder = v.pipe(
  v.number("must be a number"),
  v.integer("must be a whole number"),
  v.minValue(-2147483648, "is too small"),
  v.maxValue(2147483647, "is too large"),
);

const digits = v.pipe(
  v.string("must be a number"),
  v.regex(/^\d{1,9}$/, "must be a whole number"),
  v.transform(Number),
);

const token = v.pipe(text, v.maxLength(512, "has more than 512 characters"));

/** What names a project. */
export function isUuid(value: unknown): value is string {
  return v.is(uuid, value);
}

export const submission = v.object({
  projectId: uuid,
  formName: v.nullish(name, "contact"),
  data: jsonObject,
});

export const itemList = v.object({
  projectId: uuid,
  id: v.optional(uuid),
  limit: v.optional(
    v.pipe(
      digits,
      v.minValue(1, "must be at least 1"),
      v.maxValue(limits.listItems, `must be at most ${limits.listItems}`),
    ),
    String(limits.listItems),
  ),
  offset: v.optional(digits, "0"),
  order: v.optional(v.pipe(
    text,
    v.regex(
      /^(created_at|updated_at|sort_order|data\..{1,128}?)(\.(asc|desc))?$/s,
      "must be created_at, updated_at, sort_order or data.FIELD, with .asc or .desc",
    ),
  )),
  token: v.optional(token),
});

export const newItem = v.object({
  projectId: uuid,
  data: jsonObject,
  sortOrder: v.nullish(sortOrder, null),
  token: v.nullish(token),
});

export const changedItem = v.object({
  projectId: uuid,
  id: uuid,
  data: jsonObject,
  token: v.nullish(token),
});

export const deletedItem = v.object({
  projectId: uuid,
  id: uuid,
  token: v.nullish(token),
});

export const signup = v.object({
  projectId: uuid,
  data: v.object({
    email,
    password: newPassword,
    name: v.nullish(
      v.pipe(text, v.maxLength(200, "has more than 200 characters")),
      null,
    ),
  }, "must be an object"),
});

/** A login takes what an older account may have, so it knows no shortest password. */
export const login = v.object({
  projectId: uuid,
  data: v.object({
    email: v.pipe(
      text,
      v.trim(),
      v.maxLength(
        limits.emailChars,
        `has more than ${limits.emailChars} characters`,
      ),
    ),
    password: v.pipe(text, v.maxLength(1024, "has more than 1024 characters")),
  }, "must be an object"),
});

export const session = v.object({
  projectId: uuid,
  data: v.object({ token }, "must be an object"),
});

export const deletedFile = v.object({ projectId: uuid, id: uuid });

export const upload = v.object({
  projectId: uuid,
  token: v.nullish(token),
});

/** Hold an input against a schema; throw the refusal that names the first field at fault. */
export function check<Schema extends v.GenericSchema>(
  schema: Schema,
  input: JsonObject,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? "";
  const isMissing = issue.received === "undefined";
  if (path === "projectId") {
    throw isMissing
      ? new ApiError("missing_field", "projectId is required")
      : new ApiError("invalid_project_id");
  }
  throw isMissing
    ? new ApiError("missing_field", `${path} is required`)
    : new ApiError("invalid_field", `${path} ${issue.message}`);
}
