/** The tables of Auth, as the role that the platform's service has. */

import {
  type DatabaseError,
  isConnectionLost,
  isDatabaseError,
} from "../database/errors.ts";
import type { Database } from "../database/pools.ts";
import { logError } from "../log.ts";
import {
  emailExists,
  invalid,
  phoneExists,
  refusal,
  unexpected,
} from "./errors.ts";

/**
 * Runs statements in one transaction. Throws Problem, whatever the database refuses.
 *
 * @param failure What is said of an error that is nobody's fault, e.g. of a trigger.
 */
export async function inTransaction<T>(
  pool: Database,
  run: (db: Database) => Promise<T>,
  failure = "Database error updating user",
): Promise<T> {
  try {
    const outcome = await pool.transaction().execute((db) =>
      run(db).catch((error) => {
        if (error instanceof Kept) return error;
        throw error;
      })
    );
    if (!(outcome instanceof Kept)) return outcome;
    throw outcome.problem;
  } catch (error) {
    throw asProblem(error, failure);
  }
}

/** A change that stays although the request is refused. */
export class Kept extends Error {
  constructor(readonly problem: Error) {
    super("kept");
  }
}

/** What the database's refusal means to the caller; other errors are passed on. */
export function asProblem(error: unknown, failure: string): unknown {
  if (isConnectionLost(error)) {
    return refusal(503, "unexpected_failure", "The database does not answer");
  }
  if (!isDatabaseError(error)) return error;
  if (error.code === "23505") return duplicate(error, failure);
  if (error.code.startsWith("22")) return invalid(error.message);
  logError(error);
  return unexpected(failure);
}

/** A unique index of ours means that somebody was faster; a trigger may meet others. */
function duplicate(error: DatabaseError, failure: string): Error {
  if (/"users_(email_partial_key|phone_key)"/.test(error.message)) {
    return error.message.includes("phone") ? phoneExists() : emailExists();
  }
  logError(error);
  return unexpected(failure);
}
