/** Transactions with settings of their own, on connections that may be gone. */

import { CompiledQuery } from "kysely";
import { isConnectionLost } from "./errors.ts";
import type { Database } from "./pools.ts";
import type { Setting } from "./request_settings.ts";

export interface Options {
  /** Undo what was done: it was only a question whether it is allowed. */
  readonly rollback?: boolean;
}

/**
 * Runs statements in a transaction.
 *
 * @param settings Hold for this transaction alone.
 */
export async function inTransaction<T>(
  pool: Database,
  settings: readonly Setting[],
  run: (db: Database) => Promise<T>,
  options: Options = {},
): Promise<T> {
  const attempt = () =>
    pool.connection().execute(async (db) => {
      await begin(db, settings);
      try {
        const result = await run(db);
        await send(db, options.rollback ? "rollback" : "commit");
        return result;
      } catch (error) {
        // This fails only if the connection is gone, and the transaction with it.
        await send(db, "rollback").catch(() => {});
        throw error;
      }
    });
  try {
    return await attempt();
  } catch (error) {
    // The server had closed an idle connection and this was its first use: nothing has run.
    if (error instanceof NotBegun) return await attempt();
    throw error;
  }
}

class NotBegun extends Error {
  readonly code = "ECONNRESET";

  constructor(cause: unknown) {
    super("The connection to the database was lost.", { cause });
  }
}

/** Opens the transaction and makes its settings, in one message to the server. */
async function begin(
  db: Database,
  settings: readonly Setting[],
): Promise<void> {
  const calls = settings.map(([name, value]) =>
    `set_config(${literal(name)}, ${literal(value)}, true)`
  );
  try {
    await send(
      db,
      calls.length > 0 ? `begin; select ${calls.join(", ")}` : "begin",
    );
  } catch (error) {
    if (isConnectionLost(error)) throw new NotBegun(error);
    await send(db, "rollback").catch(() => {});
    throw error;
  }
}

async function send(db: Database, text: string): Promise<void> {
  await db.executeQuery(CompiledQuery.raw(text));
}

/** Text as SQL: a message of several statements takes no parameters. */
export function literal(text: string): string {
  // PostgreSQL's text holds no NUL, and on the wire it would end the message.
  const quoted = `'${text.replaceAll("\0", "").replaceAll("'", "''")}'`;
  return text.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}
