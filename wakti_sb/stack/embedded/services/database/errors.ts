/** The database's errors, and whether it could be reached at all. */

/** What the driver says about a refused statement; not an Error of ours. */
export interface DatabaseError {
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
}

export function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof Error && "code" in error &&
    typeof error.code === "string";
}

/**
 * Whether the connection was lost or could not be made: nothing reached the database, or it
 * closed the door (shut down, dropped while a reset replaces it).
 */
export function isConnectionLost(error: unknown): boolean {
  if (isDatabaseError(error)) return LOST.test(error.code);
  // The driver's own errors have no code.
  return error instanceof Error && LOST_MESSAGE.test(error.message);
}

const LOST = /^(ECONN\w+|EPIPE|57P0[123]|3D000|08\w{3})$/;
const LOST_MESSAGE =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;
