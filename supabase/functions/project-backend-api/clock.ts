/** Milliseconds after which a clock is compared anew. */
const fresh = 60_000;

/** Milliseconds until a comparison that said little, or nothing, is made again. */
const pause = 1_000;

/** Milliseconds after which an answer says little. */
const longest = 200;

/**
 * The database's clock, as far as it can be told from ours. A call that is sent says in it until
 * when it may begin; so what waited on the way is dropped at its end, where nobody else can.
 */
export class Clock {
  #ahead: number | null = null;
  #due = -Infinity;
  #comparing: Promise<number> | null = null;

  /** @param read asks the database for its time, in milliseconds. */
  constructor(
    readonly read: () => Promise<number>,
    readonly now: () => number = () => Date.now(),
  ) {}

  /** What the database's clock says when ours says `time`: at once, after the first comparison. */
  at(time: number): number | Promise<number> {
    if (this.#ahead === null) {
      return this.#compare().then((ahead) => time + ahead);
    }
    if (this.now() > this.#due) this.#compare().catch(() => {});
    return time + this.#ahead;
  }

  /** Compare before the next answer. */
  forget(): void {
    this.#ahead = null;
  }

  #compare(): Promise<number> {
    this.#comparing ??= this.#ask().finally(() => this.#comparing = null);
    return this.#comparing;
  }

  async #ask(): Promise<number> {
    const asked = this.now();
    this.#due = asked + pause;
    const theirs = await this.read();
    const took = this.now() - asked;
    // It was told somewhere in between. Where that is long, rather too early a deadline: a call
    // that is refused can be made again.
    const said = took > longest ? took : took / 2;
    if (took <= longest) this.#due = asked + fresh;
    return this.#ahead = theirs - asked - said;
  }
}
