import { within } from "./deadline.ts";

/** Milliseconds without an answer after which a connection counts as held up. */
const patience = 5;

/** Calls that one connection may have under way before the next one is used. */
const enough = 16;

/** Milliseconds that a call waits for a connection before it is dropped. */
const usually = 2_000;

/** Calls that may wait: of all, and of one project. */
const most = { all: 2_000, ofOne: 500 };

/** Milliseconds for which a project counts as being visited after a call. */
const visited = 1_000;

/** Calls of a kind that a project may have under way while another one is visited, too. */
const share = 2;

/** Milliseconds between two calls of a project that crowds, while another one is visited, too. */
const pace = 1;

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
  readonly guest: Guest | null;
  readonly take: (lane: Lane<Connection>) => void;
  isDropped: boolean;
}

/** A project that calls. */
interface Guest {
  /** Calls that are not answered yet. */
  readonly underWay: Record<Kind, number>;
  /** Calls that have not got a connection yet. */
  waiting: number;
  /** When it last called. */
  seen: number;
  /** When a call of its queue may have a connection at the earliest. */
  next: number;
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
 *
 * One project alone may fill them. As soon as there are two, each has a few calls under way and waits
 * with the others: else who visits a quiet site would stand in the queue of a crowded one. What comes
 * out of such a queue keeps a pace, which leaves the processor to the others.
 */
export class Lanes<Connection> {
  readonly #lanes: readonly Lane<Connection>[];
  readonly #dropped: () => Error;
  readonly #now: () => number;
  readonly #guests = new Map<string, Guest>();
  #turns: Turn<Connection>[] = [];
  #isAwaited = false;

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
   * has waited too long; then nothing was done. `project` is who calls, null for nobody.
   */
  async run<T>(
    work: (connection: Connection) => PromiseLike<T>,
    kind: Kind = "write",
    project: string | null = null,
  ): Promise<T> {
    const guest = project === null ? null : this.#guest(project);
    const lane = this.#enter(kind, guest) ?? await this.#turn(kind, guest);
    try {
      return await work(lane.connection);
    } finally {
      if (guest !== null) guest.underWay[kind]--;
      lane.waiting--;
      lane.since = this.#now();
      if (this.#turns.length > 0) this.#serve();
    }
  }

  #guest(project: string): Guest {
    const now = this.#now();
    let guest = this.#guests.get(project);
    if (guest === undefined) {
      for (const [name, { seen, underWay, waiting }] of this.#guests) {
        const { read, write, search } = underWay;
        const isGone = read + write + search + waiting === 0;
        if (isGone && now - seen > visited) this.#guests.delete(name);
      }
      guest = {
        underWay: { read: 0, write: 0, search: 0 },
        waiting: 0,
        seen: now,
        next: now,
      };
      this.#guests.set(project, guest);
    }
    guest.seen = now;
    return guest;
  }

  /** Whether it has its share under way already, while there are others. */
  #isFull(kind: Kind, guest: Guest | null): boolean {
    if (guest === null) return false;
    const now = this.#now();
    if (guest.underWay[kind] < share && guest.next <= now) return false;
    for (const other of this.#guests.values()) {
      if (other !== guest && now - other.seen < visited) return true;
    }
    return false;
  }

  #enter(kind: Kind, guest: Guest | null): Lane<Connection> | undefined {
    if (this.#isFull(kind, guest)) return undefined;
    const lane = this.#choose(kind);
    if (lane !== undefined && guest !== null) guest.underWay[kind]++;
    return lane;
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

  #turn(kind: Kind, guest: Guest | null): Promise<Lane<Connection>> {
    const ofOne = guest?.waiting ?? 0;
    if (this.#turns.length >= most.all || ofOne >= most.ofOne) {
      throw this.#dropped();
    }
    const { promise, resolve } = Promise.withResolvers<Lane<Connection>>();
    const turn = { kind, guest, take: resolve, isDropped: false };
    this.#turns.push(turn);
    if (guest !== null) guest.waiting++;
    return within(promise, this.longest, () => {
      turn.isDropped = true;
      if (guest !== null) guest.waiting--;
      this.#turns = this.#turns.filter((other) => other !== turn);
      return this.#dropped();
    });
  }

  /** Give connections to whom they serve, in the order of coming. */
  #serve(): void {
    const left: Turn<Connection>[] = [];
    for (const turn of this.#turns) {
      if (turn.isDropped) continue;
      const lane = this.#enter(turn.kind, turn.guest);
      if (lane === undefined) {
        left.push(turn);
        continue;
      }
      if (turn.guest !== null) {
        turn.guest.waiting--;
        turn.guest.next = this.#now() + pace;
      }
      turn.take(lane);
    }
    this.#turns = left;
    if (left.length > 0) this.#comeBack();
  }

  /** Serve once more where a project is held to its pace: no answer may come to do so. */
  #comeBack(): void {
    const now = this.#now();
    const next = Math.max(...this.#turns.map(({ guest }) => guest?.next ?? 0));
    if (this.#isAwaited || next <= now) return;
    this.#isAwaited = true;
    setTimeout(() => {
      this.#isAwaited = false;
      this.#serve();
    }, pace);
  }
}

/** What the connection at this place takes: no kind of call can hold up both of the others. */
function kindsOf(at: number, count: number): readonly Kind[] {
  if (count === 1) return ["read", "write", "search"];
  if (at === 0) return ["read", "write"];
  if (at === count - 1) return count === 2 ? ["read", "search"] : ["read"];
  return at === 1 ? ["write", "search"] : ["search"];
}
