/** By when a request to the site API has its answer, whatever becomes of the function's process. */

/** Milliseconds from the last byte of a request to its answer, as the function counts them itself. */
const WHOLE = 9_000;

/** What the function keeps for itself of them: with less it begins nothing. */
const SHARE = 1_000;

/** What its answer may take on the way. */
const WAY = 250;

/** What a request has had to wait here before its function got it, in milliseconds. */
export const WAITED = "x-wakti-waited";

/** Waits of less are not worth a header. */
const SHORT = 50;

/** The time of one request. */
export class Deadline {
  #began = performance.now();

  /**
   * @param isOurs Only the site API promises an answer by then.
   * @param whole Milliseconds of it.
   */
  constructor(readonly isOurs: boolean, readonly whole: number = WHOLE) {}

  /** The last byte of a body that took its time is here: what the caller took does not count. */
  arrived(): void {
    this.#began = performance.now();
  }

  /** How long it may wait for a process, in milliseconds; null for ever. */
  get forProcess(): number | null {
    return this.isOurs ? Math.max(0, this.#left - SHARE) : null;
  }

  /** How long it may wait for an answer from now on, once all of it is here; null for ever. */
  get forAnswer(): number | null {
    return this.isOurs ? Math.max(0, this.#left + WAY) : null;
  }

  /** What the function is told of the wait. */
  get headers(): [string, string][] {
    const waited = Math.round(performance.now() - this.#began);
    return this.isOurs && waited >= SHORT ? [[WAITED, String(waited)]] : [];
  }

  get #left(): number {
    return this.#began + this.whole - performance.now();
  }
}

/** Settle as `work` does, or throw what `late` makes when it takes longer; null waits for ever. */
export async function within<T>(
  work: Promise<T>,
  milliseconds: number | null,
  late: () => Error,
): Promise<T> {
  if (milliseconds === null) return await work;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), milliseconds);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
