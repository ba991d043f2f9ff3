/**
 * Connections to the database, a pool for each service role.
 *
 * As on the platform no service is the superuser: triggers on `auth.users` run as
 * `supabase_auth_admin`. The Data API has connections of its own (`rest/database.ts`).
 *
 * The driver is `pg`: postgres.js brings the whole process down when the server closes a
 * connection in the middle of a transaction, and a reset does just that.
 */

import {
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
} from "kysely";
import pg from "pg";
import { parserOf } from "./values.ts";

/** A pool, a connection of it or a transaction. */
// deno-lint-ignore no-explicit-any -- rows are read by name, and what they hold is checked there
export type Database = Kysely<any>;

/** What a connection is for; each purpose has the platform's role for it. */
export type Purpose = "auth" | "storage";

const POOLS: Record<Purpose, { user: string; max: number }> = {
  auth: { user: "supabase_auth_admin", max: 4 },
  storage: { user: "supabase_storage_admin", max: 4 },
};

/** Milliseconds until an unused connection is closed: each costs the server some memory. */
const IDLE = 30_000;
/** Milliseconds to wait for a connection, as PostgREST does. */
const CONNECT_TIMEOUT = 10_000;

/** Milliseconds for which a connection that has answered is believed: no reset is that quick. */
const FRESH = 50;

// The package brings no types; this is what is used of it.
interface Emitter {
  on(event: "connect", handler: (client: Emitter) => void): void;
  on(event: "error", handler: () => void): void;
}
interface Client extends PostgresPoolClient {
  release(destroy?: boolean): void;
}
interface Pool extends PostgresPool, Emitter {
  connect(): Promise<Client>;
}
interface Driver {
  readonly Pool: new (options: Readonly<Record<string, unknown>>) => Pool;
}

/**
 * Opens a pool; nothing is connected yet.
 *
 * @param databaseUrl The database as its superuser, whose password the service roles share.
 */
export function openPool(databaseUrl: string, purpose: Purpose): Database {
  const { user, max } = POOLS[purpose];
  const url = new URL(databaseUrl);
  const pool = new (pg as Driver).Pool({
    host: url.hostname,
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)),
    user,
    password: decodeURIComponent(url.password),
    application_name: `wakti ${purpose}`,
    options: "-c timezone=UTC",
    types: { getTypeParser: parserOf },
    max,
    idleTimeoutMillis: IDLE,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
  });
  // The server closed a connection: the pool forgets it, and a statement under way fails by
  // itself. Without a listener the event would end the process.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const dialect = new PostgresDialect({
    pool: {
      connect: () => connectAlive(pool, max),
      end: () => pool.end(),
    },
  });
  return new Kysely({ dialect });
}

/** When a connection was last asked whether it answers. */
const asked = new WeakMap<Client, number>();

/**
 * A connection that answers. A reset closes all of them, and one that was idle may not have
 * noticed: better found out now than by the statement it is wanted for.
 *
 * @param most How many there can be that have not noticed.
 */
async function connectAlive(pool: Pool, most: number): Promise<Client> {
  for (let left = most;; left--) {
    const client = await pool.connect();
    const now = performance.now();
    if (now - (asked.get(client) ?? -FRESH) < FRESH) return client;
    try {
      await client.query("select 1", []);
      asked.set(client, now);
      return client;
    } catch (error) {
      client.release(true);
      if (left === 0) throw error;
    }
  }
}
