/** Milliseconds without an answer after which a connection counts as held up. */
const patience = 5;

/** Calls that one connection may have under way before the next one is used. */
const enough = 16;

interface Lane<Connection> {
  readonly connection: Connection;
  /** Calls that are not answered yet. */
  waiting: number;
  /** When it last answered, or began to wait. */
  since: number;
}

/**
 * Connections that are filled one after the other.
 *
 * A connection answers in turn, so calls that are sent together are read, worked off and written
 * together: for calls that take a tenth of a millisecond, one busy connection costs the database a
 * fifth less than four that fall asleep after each. A call that takes long holds up what is behind
 * it; so as soon as a connection is silent for a moment, new calls go to the next.
 */
export class Lanes<Connection> {
  readonly #lanes: readonly Lane<Connection>[];
  readonly #now: () => number;

  constructor(
    connections: readonly Connection[],
    now: () => number = () => performance.now(),
  ) {
    this.#lanes = connections.map((connection) => ({
      connection,
      waiting: 0,
      since: 0,
    }));
    this.#now = now;
  }

  /** Do something on one of the connections; settles as it does. */
  async run<T>(work: (connection: Connection) => PromiseLike<T>): Promise<T> {
    const lane = this.#choose();
    if (lane.waiting === 0) lane.since = this.#now();
    lane.waiting++;
    try {
      return await work(lane.connection);
    } finally {
      lane.waiting--;
      lane.since = this.#now();
    }
  }

  /** The first that is not held up; if all are, the one with the shortest queue. */
  #choose(): Lane<Connection> {
    const now = this.#now();
    return this.#lanes.find(({ waiting, since }) =>
      waiting === 0 || (waiting < enough && now - since < patience)
    ) ?? this.#lanes.reduce((least, lane) =>
      lane.waiting < least.waiting ? lane : least
    );
  }
}
