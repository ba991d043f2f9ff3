import { within } from "./deadline.ts";

/** Milliseconds without an answer after which a connection counts as held up. */
const patience = 5;

/** Calls that one connection may have under way before the next one is used. */
const enough = 16;

/** Milliseconds that a call waits for a connection before it is dropped. */
const usually = 2_000;

/** Calls that may wait. */
const most = 500;

/** What a call does. */
export type Kind = "read" | "write" | "search";

interface Lane<Connection> {
  readonly connection: Connection;
  readonly takes: readonly Kind[];
  /** Calls that are not answered yet. */
  waiting: number;
  /** When it last answered, or began to wait. */
  since: number;
}

interface Turn<Connection> {
  readonly kind: Kind;
  readonly take: (lane: Lane<Connection>) => void;
  isDropped: boolean;
}

/**
 * Connections that are filled one after the other.
 *
 * A connection answers in turn, so calls that are sent together are read, worked off and written
 * together: for calls that take a tenth of a millisecond, one busy connection costs the database a
 * fifth less than four that fall asleep after each. A call that takes long holds up what is behind
 * it; so a connection that is silent for a moment gets no more, and new calls go to the next. What
 * finds none waits here, where it can still be dropped: nobody can take back what was sent.
 *
 * Of several connections one is for reads alone, so that writes that wait for a lock hold up no
 * reader; searches keep to the middle, so that dear ones hold up neither.
 */
export class Lanes<Connection> {
  readonly #lanes: readonly Lane<Connection>[];
  readonly #dropped: () => Error;
  readonly #now: () => number;
  #turns: Turn<Connection>[] = [];

  constructor(
    connections: readonly Connection[],
    dropped: () => Error,
    now: () => number = () => performance.now(),
    readonly longest = usually,
  ) {
    this.#lanes = connections.map((connection, at) => ({
      connection,
      takes: kindsOf(at, connections.length),
      waiting: 0,
      since: 0,
    }));
    this.#dropped = dropped;
    this.#now = now;
  }

  /**
   * Do something on one of the connections; settles as it does. Throw what `dropped` makes for what
   * has waited too long; then nothing was done.
   */
  async run<T>(
    work: (connection: Connection) => PromiseLike<T>,
    kind: Kind = "write",
  ): Promise<T> {
    const lane = this.#choose(kind) ?? await this.#turn(kind);
    try {
      return await work(lane.connection);
    } finally {
      lane.waiting--;
      lane.since = this.#now();
      if (this.#turns.length > 0) this.#serve();
    }
  }

  /** The first that is not held up, which has one call more from now on. */
  #choose(kind: Kind): Lane<Connection> | undefined {
    const now = this.#now();
    const lane = this.#lanes.find(({ takes, waiting, since }) =>
      takes.includes(kind) &&
      (waiting === 0 || (waiting < enough && now - since < patience))
    );
    if (lane === undefined) return undefined;
    if (lane.waiting === 0) lane.since = now;
    lane.waiting++;
    return lane;
  }

  #turn(kind: Kind): Promise<Lane<Connection>> {
    if (this.#turns.length >= most) throw this.#dropped();
    const { promise, resolve } = Promise.withResolvers<Lane<Connection>>();
    const turn = { kind, take: resolve, isDropped: false };
    this.#turns.push(turn);
    return within(promise, this.longest, () => {
      turn.isDropped = true;
      this.#turns = this.#turns.filter((other) => other !== turn);
      return this.#dropped();
    });
  }

  /** Give connections to whom they serve, in the order of coming. */
  #serve(): void {
    const left: Turn<Connection>[] = [];
    for (const turn of this.#turns) {
      if (turn.isDropped) continue;
      const lane = this.#choose(turn.kind);
      if (lane === undefined) left.push(turn);
      else turn.take(lane);
    }
    this.#turns = left;
  }
}

/** What the connection at this place takes: no kind of call can hold up both of the others. */
function kindsOf(at: number, count: number): readonly Kind[] {
  if (count === 1) return ["read", "write", "search"];
  if (at === 0) return ["read", "write"];
  if (at === count - 1) return count === 2 ? ["read", "search"] : ["read"];
  return at === 1 ? ["write", "search"] : ["search"];
}
