/** Transactions with settings of their own. */

import { CompiledQuery } from "kysely";
import type { Database } from "./pools.ts";
import type { Setting } from "./request_settings.ts";

export interface Options<T> {
  /** Whether to undo what was done; without it everything is kept unless it throws. */
  readonly undo?: (result: T) => boolean;
  /** A statement without parameters that goes along as the transaction is opened. */
  readonly first?: string;
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
  options: Options<T> = {},
): Promise<T> {
  return await pool.connection().execute(async (db) => {
    try {
      await begin(db, settings, options.first);
      const result = await run(db);
      await send(db, options.undo?.(result) ? "rollback" : "commit");
      return result;
    } catch (error) {
      // This fails only if the connection is gone, and the transaction with it.
      await send(db, "rollback").catch(() => {});
      throw error;
    }
  });
}

/** Opens the transaction and makes its settings, in one message to the server. */
async function begin(
  db: Database,
  settings: readonly Setting[],
  first?: string,
): Promise<void> {
  const calls = settings.map(([name, value]) =>
    `set_config(${literal(name)}, ${literal(value)}, true)`
  );
  await send(
    db,
    [
      "begin",
      ...calls.length ? [`select ${calls}`] : [],
      ...first ? [first] : [],
    ].join(";"),
  );
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
