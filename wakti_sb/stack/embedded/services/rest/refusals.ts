/** Refusals in PostgREST's shape: status, code, message, details and hint. */

import { Problem } from "../problem.ts";

export interface Explanation {
  readonly details?: unknown;
  readonly hint?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal with everything that PostgREST tells of one. */
export function refusal(
  status: number,
  code: string,
  message: string,
  { details = null, hint = null, headers = {} }: Explanation = {},
): Problem {
  return new Problem(status, { code, details, hint, message }, {
    "content-type": "application/json; charset=utf-8",
    "proxy-status": `PostgREST; error=${code}`,
    ...headers,
  });
}

export const invalidQuery = (message: string, details: string) =>
  refusal(400, "PGRST100", message, { details });

export const invalidRpcMethod = (method: string) =>
  refusal(405, "PGRST101", `Cannot use the ${method} method on RPC`);

export const invalidBody = (message: string) =>
  refusal(400, "PGRST102", message);

const invalidRange = (details: string) =>
  refusal(416, "PGRST103", "Requested range not satisfiable", { details });

export const negativeLimit = () =>
  invalidRange("Limit should be greater than or equal to zero.");

export const lowerAboveUpper = () =>
  invalidRange(
    "The lower boundary must be lower than or equal to the upper boundary in the Range header.",
  );

export const outOfBounds = (first: number, total: string) =>
  invalidRange(
    `An offset of ${first} was requested, but there are only ${total} rows.`,
  );

export const invalidPutFilters = () =>
  refusal(
    405,
    "PGRST105",
    "Filters must include all and only primary key columns with 'eq' operators",
  );

export const unacceptableSchema = (
  schema: string,
  schemas: readonly string[],
) =>
  refusal(406, "PGRST106", `Invalid schema: ${schema}`, {
    hint: `Only the following schemas are exposed: ${schemas.join(", ")}`,
  });

export const noSuchMedia = (accepted: readonly string[]) =>
  refusal(
    406,
    "PGRST107",
    `None of these media types are available: ${accepted.join(", ")}`,
  );

export const notEmbedded = (name: string) =>
  refusal(
    400,
    "PGRST108",
    `'${name}' is not an embedded resource in this request`,
    {
      hint:
        `Verify that '${name}' is included in the 'select' query parameter.`,
    },
  );

export const badResponseHeaders = () =>
  refusal(
    500,
    "PGRST111",
    "response.headers guc must be a JSON array composed of objects with a single key and a string value",
  );

export const badResponseStatus = () =>
  refusal(500, "PGRST112", "response.status guc must be a valid status code");

export const putWithLimit = () =>
  refusal(
    400,
    "PGRST114",
    "limit/offset querystring parameters are not allowed for PUT",
  );

export const putOfAnotherKey = () =>
  refusal(
    400,
    "PGRST115",
    "Payload values do not match URL in primary key column(s)",
  );

export const notSingular = (rows: number) =>
  refusal(
    406,
    "PGRST116",
    "Cannot coerce the result to a single JSON object",
    { details: `The result contains ${rows} rows` },
  );

export const unsupportedMethod = (method: string) =>
  refusal(405, "PGRST117", `Unsupported HTTP method: ${method}`);

export const orderByMany = (origin: string, target: string) =>
  refusal(400, "PGRST118", `A related order on '${target}' is not possible`, {
    details:
      `'${origin}' and '${target}' do not form a many-to-one or one-to-one relationship`,
  });

export const invalidPreferences = (unknown: readonly string[]) =>
  refusal(400, "PGRST122", "Invalid preferences given with handling=strict", {
    details: `Invalid preferences: ${unknown.join(", ")}`,
  });

export const aggregatesNotAllowed = () =>
  refusal(400, "PGRST123", "Use of aggregate functions is not allowed");

export const tooManyAffected = (rows: number) =>
  refusal(
    400,
    "PGRST124",
    "Query result exceeds max-affected preference constraint",
    { details: `The query affects ${rows} rows` },
  );

export const invalidPath = () =>
  refusal(404, "PGRST125", "Invalid path specified in request URL");

export const descriptionDisabled = () =>
  refusal(404, "PGRST126", "Root endpoint metadata is disabled");

export const notImplemented = (details: string) =>
  refusal(400, "PGRST127", "Feature not implemented", { details });

export const maxAffectedOfOne = () =>
  refusal(
    400,
    "PGRST128",
    "Function must return SETOF or TABLE when max-affected preference is used with handling=strict",
  );

export const noSuchColumn = (table: string, column: string) =>
  refusal(
    400,
    "PGRST204",
    `Could not find the '${column}' column of '${table}' in the schema cache`,
  );

/** The platform's extension safeupdate refuses these. */
export const withoutFilter = (verb: "DELETE" | "UPDATE") =>
  refusal(400, "21000", `${verb} requires a WHERE clause`);
