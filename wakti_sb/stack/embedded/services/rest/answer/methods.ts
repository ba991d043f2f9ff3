/** The methods that a table allows. */

import type { Table } from "../schema/model.ts";

/** As the header `Allow` lists them. */
export function tableMethods(table: Table): string {
  const { insertable, updatable, deletable, primaryKey } = table;
  return [
    "OPTIONS,GET,HEAD",
    insertable && "POST",
    insertable && updatable && primaryKey.length > 0 && "PUT",
    updatable && "PATCH",
    deletable && "DELETE",
  ].filter(Boolean).join();
}
