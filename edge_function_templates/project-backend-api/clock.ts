/** Milliseconds after which a clock is compared anew. */
const fresh = 60_000;

/** Milliseconds until one that failed is tried again. */
const pause = 1_000;

/** A comparison that took longer than this says too little. */
const longest = 200;

/**
 * The database's clock, as far as it can be told from ours. A call that is sent says in it until
 * when it may begin; so what waited on the way is dropped at its end, where nobody else can.
 */
export class Clock {
  #ahead: number | null = null;
  #compared = -Infinity;

  /** @param read asks the database for its time, in milliseconds. */
  constructor(
    readonly read: () => Promise<number>,
    readonly now: () => number = () => Date.now(),
  ) {}

  /** What the database's clock says when ours says `time`; null while that is not known. */
  at(time: number): number | null {
    if (this.now() - this.#compared > fresh) this.#compare();
    return this.#ahead === null ? null : time + this.#ahead;
  }

  forget(): void {
    this.#ahead = null;
    this.#compared = -Infinity;
  }

  #compare(): void {
    const asked = this.now();
    this.#compared = asked;
    const again = (): void => {
      this.#compared = asked - fresh + pause;
    };
    this.read().then((theirs) => {
      const took = this.now() - asked;
      if (took < 0 || took > longest) again();
      else this.#ahead = theirs - asked - took / 2;
    }).catch(again);
  }
}
