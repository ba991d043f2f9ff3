/** The database's errors as PostgREST reports them. */

import type { Problem } from "../problem.ts";
import {
  type DatabaseError,
  isConnectionLost,
  isDatabaseError,
} from "../database/errors.ts";
import { NoConnection, TooManyParameters } from "./database.ts";
import { refusal } from "./refusals.ts";

/**
 * The refusal for an error of the database; null if it is none.
 *
 * @param isKnown Whether the caller is somebody: what a visitor may not do is 401, not 403.
 */
export function databaseProblem(
  error: unknown,
  isKnown: boolean,
): Problem | null {
  if (error instanceof NoConnection) {
    return refusal(
      504,
      "PGRST003",
      "Timed out acquiring connection from connection pool.",
    );
  }
  if (error instanceof TooManyParameters) {
    return refusal(400, "54000", "The request has more than 65535 values");
  }
  if (isConnectionLost(error)) {
    return refusal(
      503,
      "PGRST001",
      "Database client error. Retrying the connection.",
      { headers: { "retry-after": "1" } },
    );
  }
  if (!isDatabaseError(error) || !/^[0-9A-Z]{5}$/.test(error.code)) return null;
  if (error.code === "PGRST") return raised(error);
  const status = statusOf(error, isKnown);
  const headers: Record<string, string> = status === 401
    ? { "www-authenticate": "Bearer" }
    : {};
  return refusal(status, error.code, error.message, {
    details: error.detail ?? null,
    hint: error.hint ?? null,
    headers,
  });
}

function statusOf({ code, message }: DatabaseError, isKnown: boolean): number {
  switch (code) {
    case "42501":
      return isKnown ? 403 : 401;
    case "21000":
      return message.endsWith("requires a WHERE clause") ? 400 : 500;
    case "22023":
      return /^role.*does not exist$/.test(message) ? 401 : 400;
    case "42883":
      return message.startsWith("function xmlagg(") ? 406 : 404;
  }
  const custom = /^PT(\d{3})$/.exec(code);
  if (custom) {
    const status = Number(custom[1]);
    return status >= 200 && status <= 599 ? status : 500;
  }
  return BY_CODE[code] ?? (code.startsWith("PT") ? 500 : undefined) ??
    BY_CLASS[code.slice(0, 2)] ?? 400;
}

const BY_CODE: Readonly<Record<string, number>> = {
  "23503": 409,
  "23505": 409,
  "25006": 405,
  "42P01": 404,
  "42P17": 500,
  "53400": 500,
  "57P01": 503,
  "P0001": 400, // raise exception
};

const BY_CLASS: Readonly<Record<string, number>> = {
  "08": 503,
  "09": 500,
  "0L": 403,
  "0P": 403,
  "25": 500,
  "28": 403,
  "2D": 500,
  "38": 500,
  "39": 500,
  "3B": 500,
  "40": 500,
  "53": 503,
  "54": 500,
  "55": 500,
  "57": 500,
  "58": 500,
  "F0": 500,
  "HV": 500,
  "P0": 500,
  "XX": 500,
};

/** A function that raises SQLSTATE `PGRST` spells the whole answer out in JSON. */
function raised({ message, detail }: DatabaseError): Problem {
  const body = objectOf(message);
  if (body === null || !isText(body.code) || !isText(body.message)) {
    return unreadable(
      `Invalid JSON value for MESSAGE: '${message}'`,
      "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.",
    );
  }
  const how =
    "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.";
  if (!detail) {
    return unreadable("DETAIL is missing in the RAISE statement", how);
  }
  const answer = objectOf(detail);
  const headers = answer === null ? null : textsOf(answer.headers);
  const status = answer?.status;
  if (headers === null || !Number.isInteger(status)) {
    return unreadable(`Invalid JSON value for DETAIL: '${detail}'`, how);
  }
  return refusal(status as number, body.code, body.message, {
    details: body.details ?? null,
    hint: isText(body.hint) ? body.hint : null,
    headers,
  });
}

function unreadable(details: string, hint: string): Problem {
  return refusal(
    500,
    "PGRST121",
    "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error",
    { details, hint },
  );
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function textsOf(value: unknown): Record<string, string> | null {
  if (!isObject(value)) return null;
  const entries = Object.entries(value);
  if (!entries.every(([, text]) => isText(text))) return null;
  return Object.fromEntries(
    entries.map(([name, text]) => [name.toLowerCase(), text as string]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
