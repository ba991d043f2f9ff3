/** The database's errors as PostgREST reports them. */

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

/** The HTTP status that PostgREST gives an SQLSTATE. */
export function statusOf(sqlstate: string): number {
  const exact = STATUS_BY_CODE.get(sqlstate);
  if (exact !== undefined) return exact;
  const custom = /^PT([2-5]\d\d)$/.exec(sqlstate);
  if (custom) return Number(custom[1]);
  return STATUS_BY_CLASS.get(sqlstate.slice(0, 2)) ?? 400;
}

const STATUS_BY_CODE = new Map([
  ["21000", 400], // an UPDATE or DELETE without a filter
  ["23503", 409],
  ["23505", 409],
  ["25006", 405],
  ["42883", 404],
  ["42P01", 404],
  ["42P17", 500],
  ["57P01", 503],
  ["P0001", 400], // raise exception
]);

const STATUS_BY_CLASS = new Map([
  ["08", 503],
  ["09", 500],
  ["0L", 403],
  ["0P", 403],
  ["25", 500],
  ["28", 403],
  ["2D", 500],
  ["38", 500],
  ["39", 500],
  ["3B", 500],
  ["40", 500],
  ["53", 503],
  ["54", 413],
  ["55", 500],
  ["57", 500],
  ["58", 500],
  ["F0", 500],
  ["HV", 500],
  ["P0", 500],
  ["XX", 500],
]);

/**
 * The error in the form that makes Lite answer what PostgREST would.
 *
 * Lite has a fixed list of SQLSTATEs and calls every other one "SUP" with status 500. It does
 * pass on what a function raises as SQLSTATE `PGRST`, whose message and detail spell out the
 * answer; so every error goes that way, except the two that Lite completes by itself.
 */
export function asPostgrestError(error: unknown): unknown {
  if (isConnectionLost(error)) {
    return spelledOut(503, {
      code: "PGRST001",
      message: "Database connection error. Retrying the connection.",
    });
  }
  if (!isDatabaseError(error)) return error;
  const { code, message, detail, hint } = error;
  if (code === "42501" || code === "42703" || code === "PGRST") {
    return { code, message, detail, hint };
  }
  if (!/^[0-9A-Z]{5}$/.test(code)) return error;
  return spelledOut(statusOf(code), { code, message, details: detail, hint });
}

function spelledOut(status: number, body: Record<string, unknown>) {
  return {
    code: "PGRST",
    message: JSON.stringify(body),
    detail: JSON.stringify({ status, headers: {} }),
  };
}
