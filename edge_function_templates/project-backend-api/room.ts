/** A share of the memory that uploads may hold. */
export interface Share {
  /** Note `size` bytes more; waits while all together hold too much. */
  take(size: number): Promise<void>;
  release(): void;
}

/**
 * Memory for uploads on their way through. Past the budget they wait, all but the oldest, which
 * therefore always gets done: together they hold the budget and one file.
 */
export class Room {
  #held = 0;
  readonly #shares = new Set<Share>();
  #waiting: (() => void)[] = [];

  constructor(readonly budget: number) {}

  enter(): Share {
    let taken = 0;
    const share: Share = {
      take: async (size) => {
        taken += size;
        this.#held += size;
        while (this.#held > this.budget && !this.#isOldest(share)) {
          await new Promise<void>((wake) => this.#waiting.push(wake));
        }
      },
      release: () => {
        this.#held -= taken;
        taken = 0;
        this.#shares.delete(share);
        const waiting = this.#waiting;
        this.#waiting = [];
        for (const wake of waiting) wake();
      },
    };
    this.#shares.add(share);
    return share;
  }

  #isOldest(share: Share): boolean {
    return this.#shares.values().next().value === share;
  }
}
