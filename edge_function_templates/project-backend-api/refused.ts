/**
 * Refusals that are believed for a moment: a flood that the database has refused costs it four calls
 * a second, not thousands.
 */
import type { FunctionName, Parameter } from "./calls.ts";
import type { Row } from "./database.ts";

/** Milliseconds that a refusal is believed; a limit that is lifted is felt after them. */
const moment = 250;

/** Refusals of one moment that are answered at once. */
const atOnce = 5;

/** Milliseconds that each further one waits: a flood that asks again at once is slowed by itself. */
const pause = 100;

/** Callers that are remembered. */
const most = 10_000;

/** Functions whose limit hangs on the project and the caller's address alone. */
const counted: ReadonlySet<FunctionName> = new Set([
  "submit",
  "create_item",
  "create_items",
  "update_item",
  "delete_item",
]);

interface Refused {
  readonly row: Row;
  /** When the minute of the limit ends at the earliest. */
  readonly ends: number;
  readonly until: number;
  /** How often it was told since. */
  told: number;
}

/** A refusal, and the milliseconds after which it is told. */
export interface Again {
  readonly row: Row;
  readonly pause: number;
}

/** What the database refused a moment ago because a limit was used up. */
export class RefusedCallers {
  readonly #refused = new Map<string, Refused>();

  constructor(readonly now: () => number = () => performance.now()) {}

  /** The refusal that still holds for this call; undefined where the database has to be asked. */
  of(name: FunctionName, parameters: readonly Parameter[]): Again | undefined {
    if (this.#refused.size === 0) return undefined;
    const caller = callerOf(name, parameters);
    const found = caller === null ? undefined : this.#refused.get(caller);
    if (caller === null || found === undefined) return undefined;
    const now = this.now();
    if (now >= found.until) {
      this.#refused.delete(caller);
      return undefined;
    }
    const left = Math.ceil((found.ends - now) / 1_000);
    found.told++;
    return {
      row: { ...found.row, retry_after: Math.max(1, left) },
      pause: found.told > atOnce ? pause : 0,
    };
  }

  /** Keep an answer if it is such a refusal. Its last second is left to the database's clock. */
  keep(name: FunctionName, parameters: readonly Parameter[], row: Row): void {
    if (row.code !== "rate_limited" || (row.retry_after ?? 0) < 2) return;
    const caller = callerOf(name, parameters);
    if (caller === null) return;
    if (this.#refused.size >= most) this.#refused.clear();
    const now = this.now();
    const ends = now + Number(row.retry_after) * 1_000;
    this.#refused.set(caller, { row, ends, until: now + moment, told: 0 });
  }
}

/** Whose limit a call counts against; null where that is not told by these parameters. */
function callerOf(
  name: FunctionName,
  [project, origin, client, owner]: readonly Parameter[],
): string | null {
  if (!counted.has(name) || client === null) return null;
  // Owners are not counted; a form knows none.
  if (name !== "submit" && owner !== null) return null;
  return `${name === "submit"} ${project} ${client} ${origin}`;
}
