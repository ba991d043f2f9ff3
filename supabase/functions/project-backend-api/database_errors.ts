/** What goes wrong on the way to the database, and what a caller is told of it. */
import postgres from "postgres";

import { ApiError } from "./errors.ts";

/** Nobody answered what was sent. */
export class Silence extends Error {}

/** What wakti.in_time() raises. */
export const late = "WKLTE";

/** Errors after which nothing is done and the same call can be made again: deadlocks. */
export const undone: ReadonlySet<string> = new Set(["40P01", "40001"]);

/** What an index raises for an id that is there already. */
export const taken = "23505";

/** Say in the API's words what the database or the way to it said. */
export function translate(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof Silence) return unavailable(error);
  const code = codeOf(error);
  // Connections refused, closed, timed out; too many; shutting down; statement or lock timeout;
  // the database or the role is not there (yet); a deadlock; a call that came too late.
  if (
    !(error instanceof postgres.PostgresError) ||
    /^(08|53|57|58|55P03|3D000|28|40|WKLTE)/.test(code)
  ) {
    return isConnectionCode(code) || error instanceof postgres.PostgresError
      ? unavailable(error)
      : new ApiError("internal_error", null, { cause: error });
  }
  // Values that passed our checks and that the database still cannot hold.
  if (code.startsWith("22") || code === "54000") {
    return new ApiError("invalid_field", null, { cause: error });
  }
  if (code === "23514") {
    return new ApiError("invalid_data", null, { cause: error });
  }
  // The project went away between the gates and the row.
  if (code === "23503") {
    return new ApiError("backend_not_enabled", null, { cause: error });
  }
  return new ApiError("internal_error", null, { cause: error });
}

export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Did nobody answer at all, as opposed to an answer that is a refusal? */
export function isSilence(error: unknown): boolean {
  return error instanceof Silence || codeOf(error) === "CONNECT_TIMEOUT";
}

/** Errors of connections that never were: nothing was sent. */
const unsent: ReadonlySet<string> = new Set([
  "CONNECT_TIMEOUT",
  "CONNECTION_ENDED",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
]);

/** Was a call sent and its answer lost, so that it may have been done? */
export function isCut(error: unknown): boolean {
  const code = codeOf(error);
  return error instanceof Silence || /^(08|57P0[12])/.test(code) ||
    isConnectionCode(code) && !unsent.has(code);
}

export function unavailable(cause: unknown): ApiError {
  return new ApiError("database_unavailable", null, { retryAfter: 5, cause });
}

export function unknown(cause: unknown): ApiError {
  return new ApiError(
    "database_unavailable",
    "The database broke off, and it is not known whether this was done",
    { retryAfter: 5, cause },
  );
}

function isConnectionCode(code: string): boolean {
  return /^(E[A-Z]+|CONNECT_TIMEOUT|CONNECTION_[A-Z]+)$/.test(code);
}
