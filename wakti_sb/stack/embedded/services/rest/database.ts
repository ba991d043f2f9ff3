/**
 * The database as the Data API uses it: statements that go to the server together, in one
 * transaction and, wherever the answer need not be seen before it ends, in one round trip.
 *
 * The driver's own queries wait for each other. Its interface for queries that speak the protocol
 * by themselves (`submit`) lets several be sent before the first is answered.
 */

import pg from "pg";
import { isConnectionLost } from "../database/errors.ts";

/** A value of a parameter, as PostgreSQL's text. */
export type Value = string | null;

export interface Statement {
  readonly text: string;
  readonly values: readonly Value[];
  /**
   * The role that runs it, where policies may be part of its plan: the server makes the plan of a
   * prepared statement anew whenever another role executes it.
   */
  readonly role?: string;
}

/** Asks nothing: whether somebody answers. */
export const PROBE: Statement = { text: "select 1", values: [] };

/** The fields of a row, as PostgreSQL's text. */
export type Row = readonly Value[];

/** No connection came free in time. */
export class NoConnection extends Error {}

/** More parameters than the protocol can count. */
export class TooManyParameters extends Error {}

const MOST_PARAMETERS = 65535;
/** A longer statement is not kept prepared: it is hardly ever repeated. */
const LONGEST_PREPARED = 10_000;
/** How many statements a connection keeps prepared. */
const MOST_PREPARED = 100;
const MOST_CONNECTIONS = 10;
/** Milliseconds until an unused connection is closed: each costs the server some memory. */
const IDLE = 30_000;
/** Milliseconds to wait for a connection, as PostgREST does. */
const CONNECT_TIMEOUT = 10_000;

// The driver brings no types; this is what is used of it.
interface Connection {
  readonly stream: { cork?(): void; uncork?(): void };
  parse(what: { name: string; text: string; types: number[] }): void;
  bind(what: { statement: string; values: readonly Value[] }): void;
  execute(what: { portal: string }): void;
  close(what: { type: "S"; name: string }): void;
  sync(): void;
}
interface Client {
  query(submission: Submission): void;
  release(destroy?: boolean): void;
  on(event: "error", handler: () => void): void;
  on(event: "notice", handler: (notice: Notice) => void): void;
  off(event: "notice", handler: (notice: Notice) => void): void;
}
interface Pool {
  connect(): Promise<Client>;
  end(): Promise<void>;
  on(event: "connect", handler: (client: Client) => void): void;
  on(event: "error", handler: () => void): void;
}
interface Driver {
  readonly Pool: new (options: Readonly<Record<string, unknown>>) => Pool;
}

/** What the server says besides its answers. */
export interface Notice {
  readonly message?: string;
}

/** What a connection has prepared, by the statement's text and role. */
class Prepared {
  #count = 0;
  readonly names = new Map<string, string>();
  /** Names of statements that may or may not be there: what prepared them failed. */
  readonly doubtful: string[] = [];

  next(): string {
    return `d${this.#count++}`;
  }
}

const preparedBy = new WeakMap<Connection, Prepared>();

/** Statements on their way; what the driver calls a query. */
class Submission {
  readonly #results: Row[][] = [];
  #rows: Row[] = [];
  #added: [key: string, name: string][] = [];
  #prepared: Prepared | null = null;

  constructor(
    readonly statements: readonly Statement[],
    readonly resolve: (results: Row[][]) => void,
    readonly reject: (error: unknown) => void,
  ) {}

  submit(connection: Connection): void {
    const prepared = preparedBy.get(connection) ?? new Prepared();
    preparedBy.set(connection, prepared);
    this.#prepared = prepared;
    connection.stream.cork?.();
    try {
      for (const name of prepared.doubtful.splice(0)) {
        connection.close({ type: "S", name });
      }
      for (const one of this.statements) {
        const statement = this.#prepare(connection, prepared, one);
        connection.bind({ statement, values: one.values });
        connection.execute({ portal: "" });
      }
      connection.sync();
    } finally {
      connection.stream.uncork?.();
    }
  }

  #prepare(
    connection: Connection,
    prepared: Prepared,
    { text, role = "" }: Statement,
  ): string {
    const key = `${role}\0${text}`;
    const known = prepared.names.get(key);
    if (known !== undefined) return known;
    const keep = text.length <= LONGEST_PREPARED;
    const name = keep ? prepared.next() : "";
    if (keep) {
      if (prepared.names.size >= MOST_PREPARED) {
        const [oldest, itsName] = [...prepared.names][0]!;
        prepared.names.delete(oldest);
        prepared.doubtful.push(itsName);
      }
      prepared.names.set(key, name);
      this.#added.push([key, name]);
    }
    connection.parse({ name, text, types: [] });
    return name;
  }

  handleDataRow({ fields }: { readonly fields: Row }): void {
    this.#rows.push(fields);
  }

  handleCommandComplete(): void {
    this.#results.push(this.#rows);
    this.#rows = [];
  }

  handleReadyForQuery(): void {
    this.resolve(this.#results);
  }

  handleError(error: unknown): void {
    for (const [key, name] of this.#added) {
      this.#prepared?.names.delete(key);
      this.#prepared?.doubtful.push(name);
    }
    this.reject(error);
  }

  handleRowDescription(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {
    this.handleCommandComplete();
  }
}

/** A connection that belongs to one request. */
export class Session {
  readonly #notices: string[] = [];
  readonly #hear = ({ message }: Notice) => this.#notices.push(message ?? "");
  /** Whether the connection is used no more: the server keeps for it what this request needed. */
  isLast = false;

  constructor(readonly client: Client) {}

  /** What the server says from now on besides its answers. */
  listen(): readonly string[] {
    this.client.on("notice", this.#hear);
    return this.#notices;
  }

  close(): void {
    this.client.off("notice", this.#hear);
  }

  /** Sends the statements together; what they return, in their order. */
  run(statements: readonly Statement[]): Promise<Row[][]> {
    return new Promise((resolve, reject) => {
      const most = Math.max(...statements.map(({ values }) => values.length));
      if (most > MOST_PARAMETERS) throw new TooManyParameters();
      this.client.query(new Submission(statements, resolve, reject));
    });
  }
}

export class Database {
  #pool: Pool;

  /** @param url The database as the role that logs in. */
  constructor(readonly url: string, readonly name: string) {
    this.#pool = this.#open();
  }

  /**
   * Lends a connection.
   *
   * @param again Whether everything may be done once more on another connection if the first was
   *   lost: nothing was changed by it.
   */
  async session<T>(
    again: boolean,
    run: (session: Session) => Promise<T>,
  ): Promise<T> {
    for (let left = again ? MOST_CONNECTIONS : 0;; left--) {
      const client = await this.#connect();
      let lost = false;
      const session = new Session(client);
      try {
        // An idle connection may have been closed at the other end; a change must not find out.
        if (!again) await this.#probe(session);
        return await run(session);
      } catch (error) {
        lost = isConnectionLost(error);
        if (!lost || left <= 0) throw error;
      } finally {
        session.close();
        client.release(lost || session.isLast);
      }
    }
  }

  async #probe(session: Session): Promise<void> {
    await session.run([PROBE]);
  }

  async #connect(): Promise<Client> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      if (error instanceof Error && /timeout exceeded/.test(error.message)) {
        throw new NoConnection("No connection came free.");
      }
      throw error;
    }
  }

  /** Leaves every connection: the database behind them was replaced. */
  renew(): void {
    const old = this.#pool;
    this.#pool = this.#open();
    old.end().catch(() => {});
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  #open(): Pool {
    const url = new URL(this.url);
    const pool = new (pg as unknown as Driver).Pool({
      host: url.hostname,
      port: Number(url.port || 5432),
      database: decodeURIComponent(url.pathname.slice(1)),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      application_name: this.name,
      max: MOST_CONNECTIONS,
      idleTimeoutMillis: IDLE,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
    });
    // The server closed a connection: the pool forgets it, and a statement under way fails by
    // itself. Without a listener the event would end the process.
    pool.on("error", () => {});
    pool.on("connect", (client) => client.on("error", () => {}));
    return pool;
  }
}
