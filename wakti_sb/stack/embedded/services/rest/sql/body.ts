/** The rows of a JSON body, which PostgreSQL itself reads. */

import type { PlannedField } from "../plan/model.ts";
import {
  EMPTY,
  Fragment,
  identifier,
  joined,
  literal,
  raw,
  sql,
  value,
} from "./fragment.ts";
import { transformed } from "./fields.ts";

export interface BodyOptions {
  /** Whether only the first row counts. */
  readonly first?: boolean;
  /** Whether columns that a row leaves out get their defaults. */
  readonly defaults?: boolean;
}

/** `from … pgrst_body`: a row for each object of the body. */
export function bodySql(
  body: string,
  fields: readonly PlannedField[],
  { first = false, defaults = false }: BodyOptions = {},
): Fragment {
  const isObject = /^[ \t\r\n]*\{/.test(body);
  const type = raw(defaults ? "jsonb" : "json");
  const source = sql`from (select ${
    value(body)
  }::${type} as json_data) pgrst_payload, `;
  const completed = defaults ? defaultsSql(fields, isObject) : EMPTY;
  const whole = raw(
    defaults ? "pgrst_json_defs.val" : "pgrst_payload.json_data",
  );
  const columns = joined(fields.map(namedSql), ", ");
  const rows = fields.length > 0
    ? recordSql(whole, fields, type, isObject, first)
    : isObject
    ? raw("(values (1)) _")
    : sql`${type}_array_elements(${whole}) _`;
  return sql`${source}${completed}lateral (select ${columns} from ${rows}) pgrst_body`;
}

function recordSql(
  whole: Fragment,
  fields: readonly PlannedField[],
  type: Fragment,
  isObject: boolean,
  first: boolean,
): Fragment {
  const reader = raw(isObject ? "_to_record" : "_to_recordset");
  const typed = fields.map(({ name, type }) =>
    sql`${identifier(name)} ${raw(type)}`
  );
  const limit = raw(first ? " limit 1" : "");
  return sql`${type}${reader}(${whole}) as _(${joined(typed, ", ")})${limit}`;
}

function namedSql({ name, transform }: PlannedField): Fragment {
  const column = identifier(name);
  return transform === null
    ? column
    : sql`${transformed(transform, column)} as ${column}`;
}

/** The body with the defaults of what it leaves out. */
function defaultsSql(
  fields: readonly PlannedField[],
  isObject: boolean,
): Fragment {
  const known = fields.filter((field) => field.default !== null);
  const pairs = known.map((field) =>
    sql`${literal(field.name)}, ${raw(field.default!)}`
  );
  const defaults = sql`jsonb_build_object(${joined(pairs, ", ")})`;
  return isObject
    ? sql`lateral (select ${defaults} || pgrst_payload.json_data as val) pgrst_json_defs, `
    : sql`lateral (select jsonb_agg(${defaults} || elem) as val from jsonb_array_elements(pgrst_payload.json_data) elem) pgrst_json_defs, `;
}
