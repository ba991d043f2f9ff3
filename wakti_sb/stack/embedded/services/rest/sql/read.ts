/** A read plan as a query, and the query that counts its rows. */

import { isAll, lengthOf, type Range } from "../grammar/range.ts";
import { unknownField } from "../plan/fields.ts";
import type {
  EmbeddedSelect,
  PlannedSelect,
  ReadNode,
  SpreadColumn,
} from "../plan/model.ts";
import type { Name } from "../schema/model.ts";
import { conditionSql, joinSql, whereSql } from "./conditions.ts";
import {
  aggregateSql,
  asSql,
  columnSql,
  fieldSql,
  nameSql,
  orderSql,
  selectSql,
} from "./fields.ts";
import {
  EMPTY,
  Fragment,
  identifier,
  joined,
  raw,
  sql,
  value,
} from "./fragment.ts";

const EVERYTHING: PlannedSelect = {
  field: unknownField("*"),
  aggregate: null,
  aggregateCast: null,
  cast: null,
  alias: null,
};

export function readSql(node: ReadNode): Fragment {
  const rows = rowsOf(node);
  const selected = node.select.length === 0 && node.children.length === 0
    ? [EVERYTHING]
    : node.select;
  const extra = node.spread?.kind === "many" ? node.spread.extra : [];
  const columns = [
    ...selected.map((one) => selectSql(rows, one)),
    ...extra.map(({ relation, select }) =>
      selectSql(
        relation === null ? rows : { schema: "", name: relation },
        select,
      )
    ),
    ...node.embedded.flatMap(embeddedSql),
  ];
  const joins = node.embedded.map((one) => joinedSql(one, childOf(node, one)));
  const where = whereSql([
    ...node.where.map((one) => conditionSql(rows, one)),
    ...node.joins.map(joinSql),
  ]);
  return sql`select ${joined(columns, ", ")}${fromSql(node)}${
    joined(joins, "")
  }${where}${groupSql(rows, node)}${orderSql(rows, node.order)}${
    limitSql(node.range)
  }`;
}

function childOf(node: ReadNode, one: EmbeddedSelect): ReadNode {
  return node.children.find((child) => child.rowsAlias === one.alias)!;
}

/** What the columns of a node are named after. */
function rowsOf({ relationship, from, alias }: ReadNode): Name {
  if (alias !== null) return { schema: "", name: alias };
  return relationship?.kind === "computed"
    ? { schema: "", name: relationship.function.name }
    : from;
}

function fromSql({ relationship, from, alias, argument }: ReadNode): Fragment {
  // The cast tells overloaded functions apart.
  const source = relationship?.kind === "computed"
    ? sql`${nameSql(relationship.function)}(${identifier(argument!.name)}::${
      nameSql(relationship.table)
    })`
    : nameSql(from);
  const via = relationship?.kind === "key" &&
      relationship.cardinality.kind === "many-to-many"
    ? sql`, ${nameSql(relationship.cardinality.junction.table)}`
    : EMPTY;
  return sql` from ${source}${asSql(alias)}${via}`;
}

/** The columns that an embedded resource adds to the row around it. */
function embeddedSql(one: EmbeddedSelect): Fragment[] {
  const alias = identifier(one.alias);
  if (one.kind === "spread") {
    return one.columns.map((column) => {
      const inner = spreadColumnSql(one.alias, column.name);
      const whole = aggregateSql(column.aggregate, column.aggregateCast, inner);
      return sql`${whole}${asSql(column.alias)}`;
    });
  }
  if (one.isEmpty) return [];
  const name = identifier(one.name);
  return one.mode === "object"
    ? [sql`row_to_json(${alias}.*)::jsonb as ${name}`]
    : [sql`coalesce(${alias}.${alias}, '[]') as ${name}`];
}

function spreadColumnSql(alias: string, name: string): Fragment {
  return columnSql({ schema: "", name: alias }, name);
}

function joinedSql(one: EmbeddedSelect, node: ReadNode): Fragment {
  const alias = identifier(one.alias);
  const inner = node.join === "inner";
  const join = raw(inner ? " inner join lateral" : " left join lateral");
  const query = readSql(node);
  const isList = one.kind === "json"
    ? one.mode === "array"
    : node.spread?.kind === "many";
  if (!isList) return sql`${join} (${query}) as ${alias} on true`;
  const lists = one.kind === "spread"
    ? one.columns.map((column) =>
      sql`, ${spreadListSql(one.alias, column, node)}`
    )
    : [];
  const rows = sql`select json_agg(${alias})::jsonb as ${alias}${
    joined(lists, "")
  } from (${query}) as ${alias}`;
  const on = inner ? sql`${alias} is not null` : raw("true");
  return sql`${join} (${rows}) as ${alias} on ${on}`;
}

/** A column of a to-many spread: the list of its values, in the order of the rows. */
function spreadListSql(
  alias: string,
  column: SpreadColumn,
  node: ReadNode,
): Fragment {
  const order = node.spread?.kind === "many" ? node.spread.order : [];
  const values = sql`${spreadColumnSql(alias, column.name)}${
    orderSql({ schema: "", name: alias }, order)
  }`;
  const name = identifier(column.alias ?? column.name);
  return sql`coalesce(json_agg(${values}), '[]')::jsonb as ${name}`;
}

function groupSql(rows: Name, node: ReadNode): Fragment {
  const aggregates = node.select.some(({ aggregate }) => aggregate !== null) ||
    node.embedded.some((one) =>
      one.kind === "spread" &&
      one.columns.some(({ aggregate }) => aggregate !== null)
    );
  if (!aggregates) return EMPTY;
  const terms = [
    ...node.select.filter(({ aggregate }) => aggregate === null).map((one) =>
      one.alias !== null ? identifier(one.alias) : fieldSql(rows, one.field)
    ),
    ...node.embedded.flatMap((one) =>
      one.kind === "json"
        ? [identifier(one.name)]
        : one.columns.filter(({ aggregate }) => aggregate === null).map((
          column,
        ) =>
          sql`${identifier(one.alias)}.${
            identifier(column.alias ?? column.name)
          }`
        )
    ),
  ];
  return terms.length === 0 ? EMPTY : sql` group by ${joined(terms, ", ")}`;
}

/**
 * The planner has to see the limit: for one that it does not know it expects a tenth of the table,
 * and makes a new plan for each execution.
 */
function limitSql(range: Range): Fragment {
  if (isAll(range)) return EMPTY;
  const length = lengthOf(range);
  const limit = raw(length === null ? "all" : String(length));
  const offset = range.first === 0
    ? EMPTY
    : sql` offset ${value(String(range.first))}`;
  return sql` limit ${limit}${offset}`;
}

/** Selects a row for each row of the root, without limits and without what is embedded. */
export function countSql(node: ReadNode): Fragment {
  const rows = rowsOf(node);
  const exists = (alias: string, negated: boolean) => {
    const child = node.children.find((one) => one.rowsAlias === alias);
    if (child === undefined) return raw("true");
    return sql`${raw(negated ? "exists" : "not exists")} (${countSql(child)})`;
  };
  const where = whereSql([
    ...node.where.map((one) => conditionSql(rows, one, exists)),
    ...node.joins.map(joinSql),
    ...node.children.filter(({ join }) => join === "inner").map((child) =>
      sql`exists (${countSql(child)})`
    ),
  ]);
  return sql`select 1${fromSql(node)}${where}`;
}
