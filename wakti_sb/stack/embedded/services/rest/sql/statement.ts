/** The one statement that answers a request. */

import type { Media } from "../grammar/media.ts";
import type { Preferences } from "../grammar/prefer.ts";
import type {
  CallFunction,
  ChangeRows,
  ReadRows,
  RowsPlan,
} from "../plan/plan.ts";
import type { Handler, Routine } from "../schema/model.ts";
import { callSql, returnsValues } from "./call.ts";
import { nameSql } from "./fields.ts";
import { EMPTY, Fragment, joined, literal, raw, sql } from "./fragment.ts";
import { countSql, readSql } from "./read.ts";
import { writeSql } from "./write.ts";

/** Where the fields of the statement's row are. */
export const RESULT = {
  total: 0,
  rows: 1,
  location: 2,
  body: 3,
  headers: 4,
  status: 5,
  inserted: 6,
} as const;

const RESPONSE_SETTINGS = raw(
  "nullif(current_setting('response.headers', true), ''), " +
    "nullif(current_setting('response.status', true), '')",
);
const NOTHING = raw("null");
const ROWS = raw("pg_catalog.count(_postgrest_t)");

export function statementSql(
  plan: RowsPlan,
  preferences: Preferences,
  maxRows: number | null,
): Fragment {
  const inner = plan.kind === "read"
    ? readStatement(plan, preferences, maxRows)
    : plan.kind === "mutate"
    ? writeStatement(plan, preferences)
    : callStatement(plan, preferences);
  return plan.media.kind === "plan" ? explained(plan.media, inner) : inner;
}

function explained(
  { format, options }: Extract<Media, { kind: "plan" }>,
  statement: Fragment,
): Fragment {
  const how = raw([`format ${format}`, ...options].join(", "));
  return sql`explain (${how}) ${statement}`;
}

/** How many rows the planner thinks there are. */
export function plannedCountSql(plan: ReadRows): Fragment {
  return sql`explain (format json) ${countSql(plan.read)}`;
}

function readStatement(
  plan: ReadRows,
  { count }: Preferences,
  maxRows: number | null,
): Fragment {
  // One more than is sent tells that there are more.
  const limit = count === "estimated" && maxRows !== null
    ? raw(` limit ${maxRows + 1}`)
    : EMPTY;
  const { counted, total } = counting(plan, count, limit);
  const body = handlerSql(plan.handler, null);
  return sql`with pgrst_source as (${
    readSql(plan.read)
  })${counted} select ${total}, ${ROWS}, null, ${body}, ${RESPONSE_SETTINGS}, null from (select * from pgrst_source) _postgrest_t`;
}

function counting(
  { read }: ReadRows | CallFunction,
  count: Preferences["count"],
  limit: Fragment,
) {
  if (count !== "exact" && count !== "estimated") {
    return { counted: EMPTY, total: NOTHING };
  }
  return {
    counted: sql`, pgrst_source_count as (${countSql(read)}${limit})`,
    total: raw("(select pg_catalog.count(*) from pgrst_source_count)"),
  };
}

function writeStatement(
  plan: ChangeRows,
  preferences: Preferences,
): Fragment {
  const { write, handler } = plan;
  const isInsert = write.kind === "insert";
  const counted = isInsert &&
    (write.where.length > 0 || preferences.resolution === "merge-duplicates");
  const inserted = counted
    ? raw("nullif(current_setting('pgrst.inserted', true), '')")
    : raw("''");
  const located = isInsert && preferences.return === "headers-only";
  const location = located ? locationSql(plan.table.primaryKey) : NOTHING;
  // Without a body nothing that is selected has to be there.
  const rows = handler.kind === "none"
    ? raw("select * from pgrst_source")
    : readSql(plan.read);
  return sql`with pgrst_source as (${
    writeSql(write)
  }) select '', ${ROWS}, ${location}, ${
    handlerSql(handler, null)
  }, ${RESPONSE_SETTINGS}, ${inserted} from (${rows}) _postgrest_t`;
}

/** The primary key of the only row, as a JSON list of names and filters. */
function locationSql(primaryKey: readonly string[]): Fragment {
  if (primaryKey.length === 0) return NOTHING;
  const names = joined(primaryKey.map(literal), ", ");
  return sql`case when ${ROWS} = 1 then (select json_agg(json_build_array(field.key, coalesce('eq.' || field.value, 'is.null'))) from (select row_to_json(one) as row from pgrst_source as one limit 1) as data cross join json_each_text(data.row) as field where field.key in (${names}))::text end`;
}

function callStatement(
  plan: CallFunction,
  { count }: Preferences,
): Fragment {
  const { routine } = plan.call;
  const { counted, total } = counting(plan, count, EMPTY);
  const rows = routine.isSet ? ROWS : raw("1");
  return sql`with pgrst_source as (${
    callSql(plan.call)
  })${counted} select ${total}, ${rows}, null, ${
    handlerSql(plan.handler, routine)
  }, ${RESPONSE_SETTINGS}, null from (${readSql(plan.read)}) _postgrest_t`;
}

const LIST = raw("json_agg(_postgrest_t)");
const VALUES = raw("json_agg(_postgrest_t.pgrst_scalar)");

function handlerSql(handler: Handler, routine: Routine | null): Fragment {
  const isValue = routine !== null && returnsValues(routine);
  const stripped = (inner: Fragment) => sql`json_strip_nulls(${inner})`;
  const first = sql`${isValue ? VALUES : LIST}->0`;
  switch (handler.kind) {
    case "none":
      return raw("''");
    case "single":
      return sql`coalesce(${
        handler.stripped ? stripped(first) : first
      }, 'null')`;
    case "json":
    case "json-stripped": {
      const isOne = routine !== null && !routine.isSet;
      const all = isOne ? first : isValue ? VALUES : LIST;
      const kept = handler.kind === "json" ? all : stripped(all);
      return sql`coalesce(${kept}, ${raw(isOne ? "'null'" : "'[]'")})`;
    }
    case "geojson":
      return raw(
        "json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(ST_AsGeoJSON(_postgrest_t)::json), '[]'))",
      );
    case "csv":
      return raw(CSV);
    case "custom": {
      const rows = isValue && !routine.isSet
        ? raw("_postgrest_t.pgrst_scalar")
        : handler.target === null
        ? raw("_postgrest_t")
        : sql`_postgrest_t::${nameSql(handler.target)}`;
      const made = sql`${nameSql(handler.function)}(${rows})`;
      return handler.isJsonb ? sql`E'\\001' || (${made})::text` : made;
    }
  }
}

/** The names of the first row's columns, then the rows as PostgreSQL writes them, without parentheses. */
const CSV =
  "(select coalesce(string_agg(name, ','), '') from (select json_object_keys(first) as name from (select row_to_json(one) as first from pgrst_source as one limit 1) as top) as names) || E'\\n' || coalesce(string_agg(substring(_postgrest_t::text, 2, length(_postgrest_t::text) - 2), E'\\n'), '')";
