/** A share of the memory that uploads may hold. */
export interface Share {
  /** Note `size` bytes more; waits while all together, or one client's, hold too much. */
  take(size: number): Promise<void>;
  release(): void;
}

interface Waiting {
  readonly isLetIn: () => boolean;
  readonly wake: () => void;
}

/**
 * Memory for uploads on their way through. Past the budget they wait, all but the oldest, which
 * therefore always gets done; past its own part of the budget a client's uploads wait for the
 * oldest of its own. Together they hold the budget and one file.
 */
export class Room {
  #held = 0;
  readonly #shares = new Map<Share, string>();
  readonly #heldBy = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();

  constructor(readonly budget: number, readonly ofOneClient: number) {}

  enter(client: string): Share {
    let taken = 0;
    const isLetIn = (): boolean =>
      (this.#held <= this.budget || this.#isOldest(share)) &&
      (this.#of(client) <= this.ofOneClient ||
        this.#isOldest(share, client));
    const share: Share = {
      take: async (size) => {
        taken += size;
        this.#add(client, size);
        if (isLetIn()) return;
        await new Promise<void>((wake) => this.#waiting.add({ isLetIn, wake }));
      },
      release: () => {
        this.#add(client, -taken);
        taken = 0;
        this.#shares.delete(share);
        for (const one of this.#waiting) {
          if (!one.isLetIn()) continue;
          this.#waiting.delete(one);
          one.wake();
        }
      },
    };
    this.#shares.set(share, client);
    return share;
  }

  #of(client: string): number {
    return this.#heldBy.get(client) ?? 0;
  }

  #add(client: string, size: number): void {
    this.#held += size;
    const held = this.#of(client) + size;
    if (held === 0) this.#heldBy.delete(client);
    else this.#heldBy.set(client, held);
  }

  /** The first that came, of all or of one client. */
  #isOldest(share: Share, client?: string): boolean {
    for (const [one, of] of this.#shares) {
      if (client === undefined || of === client) return one === share;
    }
    return false;
  }
}
