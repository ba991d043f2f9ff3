/** The table or view that a request names. */

import { refusal } from "../refusals.ts";
import {
  keyOf,
  type Name,
  type SchemaCache,
  type Table,
} from "../schema/model.ts";
import { likely } from "./hints.ts";

/** More tables are not searched for what may have been meant. */
const MOST_SEARCHED = 500;

/** Throws Problem if there is no such table. */
export function findTable(cache: SchemaCache, name: Name): Table {
  const found = cache.tables.get(keyOf(name));
  if (found !== undefined) return found;
  const names = [...cache.tables.values()]
    .filter((one) => one.schema === name.schema)
    .map((one) => one.name);
  const meant = names.length < MOST_SEARCHED ? likely(name.name, names) : null;
  throw refusal(
    404,
    "PGRST205",
    `Could not find the table '${name.schema}.${name.name}' in the schema cache`,
    {
      hint: meant === null
        ? null
        : `Perhaps you meant the table '${name.schema}.${meant}'`,
    },
  );
}
