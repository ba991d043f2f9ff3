/** Milliseconds that are counted together. */
const minute = 60_000;

/** Callers that are remembered. */
const most = 20_000;

interface Count {
  since: number;
  count: number;
}

/** How often somebody did something in its current minute, as far as this process knows. */
export class Tally {
  readonly #counts = new Map<string, Count>();

  constructor(readonly now: () => number = () => Date.now()) {}

  /** Count once more for `who`; the result is the count of the current minute. */
  add(who: string): number {
    const now = this.now();
    const known = this.#counts.get(who);
    if (known !== undefined && now - known.since < minute) {
      return ++known.count;
    }
    // Whoever comes back after being forgotten is counted from the beginning.
    if (this.#counts.size >= most) this.#counts.clear();
    this.#counts.set(who, { since: now, count: 1 });
    return 1;
  }
}
