/** A change as a statement that returns the changed rows. */

import type { Condition, PlannedField } from "../plan/model.ts";
import type { Delete, Insert, Update, WritePlan } from "../plan/write.ts";
import type { Name } from "../schema/model.ts";
import { bodySql } from "./body.ts";
import { conditionSql, whereSql } from "./conditions.ts";
import { columnSql, nameSql } from "./fields.ts";
import { EMPTY, Fragment, identifier, joined, raw, sql } from "./fragment.ts";

const BODY: Name = { schema: "", name: "pgrst_body" };

export function writeSql(plan: WritePlan): Fragment {
  switch (plan.kind) {
    case "insert":
      return insertSql(plan);
    case "update":
      return updateSql(plan);
    case "delete":
      return deleteSql(plan);
  }
}

function columnList(columns: readonly PlannedField[]): Fragment {
  return joined(columns.map(({ name }) => identifier(name)), ", ");
}

/** A condition that is true, and counts rows that are inserted up and rows that are updated down. */
function countInserted(up: boolean): Fragment {
  const known =
    "coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0)";
  return raw(
    `set_config('pgrst.inserted', (${known} ${
      up ? "+" : "-"
    } 1)::text, true) <> '${up ? "0" : "-1"}'`,
  );
}

function insertSql(plan: Insert): Fragment {
  const { table, columns, where, onConflict } = plan;
  const merges = onConflict?.resolution === "merge-duplicates";
  const into = columns.length === 0 ? raw(" ") : sql`(${columnList(columns)}) `;
  const rows = columns.map(({ name }) => columnSql(BODY, name));
  const body = bodySql(plan.body, columns, { defaults: plan.applyDefaults });
  const counted = where.length > 0 || merges ? [countInserted(true)] : [];
  const conditions = where.map((one) => conditionSql(BODY, one));
  return sql`insert into ${nameSql(table)}${into}select ${
    joined(rows, ", ")
  } ${body}${whereSql([...counted, ...conditions])}${
    conflictSql(plan, merges)
  } ${returningSql(table, plan.returning)}`;
}

function conflictSql(
  { columns, onConflict }: Insert,
  merges: boolean,
): Fragment {
  if (onConflict === null || onConflict.columns.length === 0) return EMPTY;
  const target = joined(onConflict.columns.map(identifier), ", ");
  if (!merges || columns.length === 0) {
    return sql` on conflict (${target}) do nothing`;
  }
  const set = columns.map(({ name }) =>
    sql`${identifier(name)} = excluded.${identifier(name)}`
  );
  return sql` on conflict (${target}) do update set ${
    joined(set, ", ")
  } where ${countInserted(false)}`;
}

function updateSql(
  { table, columns, body, where, returning, applyDefaults }: Update,
) {
  if (columns.length === 0) {
    // Nothing to set: no rows, with the columns that are read of them.
    const own: Name = { schema: "", name: table.name };
    const selected = returning.length === 0
      ? raw("null")
      : joined(returning.map((name) => columnSql(own, name)), ", ");
    return sql`select ${selected} from ${nameSql(table)} where false`;
  }
  const set = columns.map(({ name }) =>
    sql`${identifier(name)} = ${columnSql(BODY, name)}`
  );
  return sql`update ${nameSql(table)} set ${joined(set, ", ")} ${
    bodySql(body, columns, { defaults: applyDefaults })
  }${conditionsSql(table, where)} ${returningSql(table, returning)}`;
}

function deleteSql({ table, where, returning }: Delete): Fragment {
  return sql`delete from ${nameSql(table)}${conditionsSql(table, where)} ${
    returningSql(table, returning)
  }`;
}

function conditionsSql(table: Name, where: readonly Condition[]): Fragment {
  return whereSql(where.map((one) => conditionSql(table, one)));
}

/** Without columns a number, so that the rows can be counted. */
function returningSql(table: Name, columns: readonly string[]): Fragment {
  return columns.length === 0
    ? raw("returning 1")
    : sql`returning ${
      joined(columns.map((name) => columnSql(table, name)), ", ")
    }`;
}
