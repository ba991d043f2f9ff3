/**
 * The read limit. A write for every list would cost a third of it; so lists are counted here, and
 * the database hears of each `portion` at once.
 */
import type { Context } from "./context.ts";
import { ApiError } from "./errors.ts";
import { Tally } from "./tally.ts";

/** Reads that the database counts together. */
const portion = 50;

/** Callers that are remembered to be over the limit. */
const most = 10_000;

const tally = new Tally();

const closed = new Map<string, number>();

/**
 * For how many reads this one stands: 0, or a whole portion. Throw rate_limited for whom the
 * database has refused, until its minute is over.
 */
export function weightOf(context: Context, project: string): number {
  if (context.client === null) return 0;
  const who = `${project} ${context.client}`;
  const until = closed.get(who);
  if (until !== undefined) {
    const left = until - Date.now();
    if (left > 0) {
      throw new ApiError("rate_limited", null, {
        retryAfter: Math.ceil(left / 1_000),
      });
    }
    closed.delete(who);
  }
  return tally.add(who) % portion === 0 ? portion : 0;
}

/** Remember a refusal of the database's. */
export function remember(
  context: Context,
  project: string,
  error: unknown,
): void {
  if (!(error instanceof ApiError) || error.code !== "rate_limited") return;
  const seconds = error.details.retryAfter ?? 1;
  if (closed.size >= most) closed.clear();
  closed.set(`${project} ${context.client}`, Date.now() + seconds * 1_000);
}
