/**
 * What the requests look like. The function validates with these, and openapi.yaml is made from
 * them.
 */
import * as v from "valibot";

import { isStorableText, type JsonObject } from "./body.ts";
import { ApiError } from "./errors.ts";
import { limits, namePattern, passwords } from "./settings.ts";

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
    new RegExp(`^${namePattern}$`),
    `takes letters, digits, _ and -, at most ${limits.nameChars}`,
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
export const passwordPattern =
  `^[\\s\\S]{${passwords.minChars},${passwords.maxChars}}$`;

const soundPassword = new RegExp(passwordPattern, "u");

/** However a keyboard writes a letter, it is one. */
export const passwordLength = v.check<string, string>(
  (password) => soundPassword.test(password.normalize("NFC")),
  `takes ${passwords.minChars} to ${passwords.maxChars} characters`,
);

const newPassword = v.pipe(text, passwordLength);

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

/** What an Idempotency-Key may be. */
export const repeatKeyPattern = "^[!-~]{1,255}$";

/** The most characters of a visitor's token, wherever it travels. */
export const tokenChars = 512;

const token = v.pipe(
  text,
  v.maxLength(tokenChars, `has more than ${tokenChars} characters`),
);

const valueLength = v.maxLength<string, number, string>(
  limits.valueChars,
  `has more than ${limits.valueChars} characters`,
);

/** A time as an item says it. */
const moment = v.pipe(
  v.string("must be a text"),
  v.regex(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/,
    "must be a time as updated_at is one",
  ),
  v.check(
    (time) => !Number.isNaN(Date.parse(time)),
    "must be a time as updated_at is one",
  ),
);

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
      new RegExp(
        `^(created_at|updated_at|sort_order|data\\.[\\s\\S]{1,${limits.fieldChars}}?)(\\.(asc|desc))?$`,
      ),
      "must be created_at, updated_at, sort_order or data.FIELD, with .asc or .desc",
    ),
  )),
  search: v.optional(v.pipe(text, valueLength)),
  fields: v.optional(v.pipe(text, valueLength)),
  token: v.optional(token),
});

export const newItem = v.object({
  projectId: uuid,
  data: jsonObject,
  sortOrder: v.nullish(sortOrder, null),
  token: v.nullish(token),
});

export const newItems = v.object({
  projectId: uuid,
  items: v.pipe(
    v.array(jsonObject, "must be a list"),
    v.minLength(1, "must not be empty"),
    v.maxLength(limits.bulkItems, `takes at most ${limits.bulkItems} items`),
  ),
  sortOrder: v.nullish(sortOrder, null),
  token: v.nullish(token),
});

export const changedItem = v.object({
  projectId: uuid,
  id: uuid,
  data: v.optional(jsonObject),
  merge: v.nullish(v.boolean("must be true or false")),
  increment: v.nullish(v.pipe(
    v.record(v.string(), v.number("must be a number"), "must be an object"),
    v.minEntries(1, "must name a field"),
    v.maxEntries(limits.bulkItems, `takes at most ${limits.bulkItems} fields`),
  )),
  ifUpdatedAt: v.nullish(moment),
  token: v.nullish(token),
});

export const deletedItem = v.object({
  projectId: uuid,
  id: uuid,
  token: v.nullish(token),
});

const personName = v.pipe(
  text,
  v.maxLength(200, "has more than 200 characters"),
);

export const signup = v.object({
  projectId: uuid,
  data: v.object({
    email,
    password: newPassword,
    name: v.nullish(personName, null),
  }, "must be an object"),
});

/** A login takes what an older account may have, so it knows no shortest password. */
const oldPassword = v.pipe(
  text,
  v.maxLength(1024, "has more than 1024 characters"),
);

const knownEmail = v.pipe(
  text,
  v.trim(),
  v.maxLength(
    limits.emailChars,
    `has more than ${limits.emailChars} characters`,
  ),
);

export const login = v.object({
  projectId: uuid,
  data: v.object({
    email: knownEmail,
    password: oldPassword,
  }, "must be an object"),
});

/** A visitor's token travels in `data`, beside it, or in the header X-Site-Token. */
const mayHoldToken = { token: v.nullish(token) };

export const session = v.object({
  projectId: uuid,
  data: v.nullish(v.object(mayHoldToken, "must be an object")),
  ...mayHoldToken,
});

export const newPasswordOf = v.object({
  projectId: uuid,
  data: v.object(
    { ...mayHoldToken, password: oldPassword, newPassword },
    "must be an object",
  ),
  ...mayHoldToken,
});

export const profile = v.object({
  projectId: uuid,
  data: v.object(
    {
      ...mayHoldToken,
      name: v.optional(v.nullable(personName)),
      metadata: v.optional(jsonObject),
    },
    "must be an object",
  ),
  ...mayHoldToken,
});

export const deletedAccount = v.object({
  projectId: uuid,
  data: v.object(
    { ...mayHoldToken, password: oldPassword },
    "must be an object",
  ),
  ...mayHoldToken,
});

export const reset = v.object({
  projectId: uuid,
  data: v.object({
    email: knownEmail,
    code: v.pipe(text, v.maxLength(64, "has more than 64 characters")),
    newPassword,
  }, "must be an object"),
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
