/** How embedded resources are joined to the resource around them. */

import type { KeyRelationship, Name, SchemaCache } from "../schema/model.ts";
import { isToOne } from "../schema/model.ts";
import { findRelationship } from "./find_relationship.ts";
import type { JoinCondition, ReadNode } from "./model.ts";

/** Finds the relationship of every embedded resource. Throws Problem. */
export function joinChildren(
  node: ReadNode,
  schema: string,
  cache: SchemaCache,
): void {
  for (const child of node.children) {
    join(child, node, schema, cache);
    joinChildren(child, schema, cache);
  }
}

function join(
  child: ReadNode,
  parent: ReadNode,
  schema: string,
  cache: SchemaCache,
): void {
  // Only the root has rows that are not its table's.
  const origin = child.depth === 1
    ? parent.alias ?? parent.from.name
    : parent.from.name;
  const one = findRelationship(cache, schema, origin, child.name, child.hint);
  child.relationship = one;
  child.from = one.foreignTable;
  child.rowsAlias = `${one.table.name}_${
    child.asked ?? child.name
  }_${child.depth}`;
  if (child.spread !== null && !isToOne(one)) {
    child.spread = { kind: "many", extra: [], order: [] };
  }
  const alias = `${one.foreignTable.name}_${child.depth}`;
  if (one.kind === "computed") {
    child.alias = alias;
    child.argument = parent.alias === null
      ? one.table
      : { schema: "", name: parent.alias };
    return;
  }
  // The tables of many-to-many are joined inside, under their own names.
  const isMany = one.cardinality.kind === "many-to-many";
  if (!isMany) child.alias = alias;
  child.joins = joinConditions(one, isMany ? null : alias, parent.alias);
}

function joinConditions(
  { table, foreignTable, cardinality }: KeyRelationship,
  alias: string | null,
  parentAlias: string | null,
): JoinCondition[] {
  const aliased = (name: string | null, otherwise: Name): Name =>
    name === null ? otherwise : { schema: "", name };
  const inSchema = (name: string): Name => ({ schema: table.schema, name });
  const parent = aliased(parentAlias, table);
  if (cardinality.kind === "many-to-many") {
    const { junction } = cardinality;
    const via = inSchema(junction.table.name);
    return [
      ...junction.target.map(([column, viaColumn]): JoinCondition => ({
        left: [via, viaColumn],
        right: [inSchema(foreignTable.name), column],
      })),
      ...junction.source.map(([column, viaColumn]): JoinCondition => ({
        left: [via, viaColumn],
        right: [parent, column],
      })),
    ];
  }
  const child = aliased(alias, inSchema(foreignTable.name));
  return cardinality.columns.map(([own, foreign]): JoinCondition => ({
    left: [child, foreign],
    right: [parent, own],
  }));
}
