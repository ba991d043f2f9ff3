/** Names of time zones that PostgreSQL knows. */

import type { Session } from "../database.ts";

/** Takes long enough to be asked only where a request names one. */
export async function readTimezones(
  session: Session,
): Promise<ReadonlySet<string>> {
  const text = "select name from pg_timezone_names";
  const [rows] = await session.run([{ text, values: [] }]);
  return new Set(rows!.map(([name]) => name!));
}
