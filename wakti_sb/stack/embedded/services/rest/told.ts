/** What the server tells of the statements that functions ran. */

import { unfiltered, type Verb } from "./grammar/sql_filters.ts";

/**
 * The verb of a statement that changed rows without a filter; null if none did.
 *
 * @param notices Those of auto_explain, each a line and a plan in JSON.
 */
export function unfilteredAmong(notices: readonly string[]): Verb | null {
  for (const notice of notices) {
    if (!/"Operation": "(Delete|Update)"/.test(notice)) continue;
    const verb = unfiltered(queryOf(notice));
    if (verb !== null) return verb;
  }
  return null;
}

function queryOf(notice: string): string {
  try {
    const told = JSON.parse(notice.slice(notice.indexOf("{")));
    return String(told["Query Text"]);
  } catch {
    // A notice that a function raised itself.
    return "";
  }
}
