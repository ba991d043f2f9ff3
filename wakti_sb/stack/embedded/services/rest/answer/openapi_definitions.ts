/** Tables and arguments of functions as OpenAPI's schemas. */

import type { Column, Relationship, Routine, Table } from "../schema/model.ts";
import { formatOf, itemsOf, typeOf } from "./openapi_types.ts";

export function definitionOf(
  table: Table,
  relationships: readonly Relationship[],
) {
  const columns = [...table.columns.values()];
  const required = columns.filter(({ nullable }) => !nullable);
  return {
    description: table.description ?? undefined,
    required: listOrNothing(required.map(({ name }) => name)),
    properties: Object.fromEntries(
      columns.map((one) => [one.name, property(one, table, relationships)]),
    ),
    type: "object",
  };
}

/** The body of a call. */
export function argumentsOf({ description, parameters }: Routine) {
  const required = parameters.filter((one) => one.required);
  return {
    description: description ?? undefined,
    required: listOrNothing(required.map(({ name }) => name)),
    properties: Object.fromEntries(parameters.map(({ name, type }) => [name, {
      type: typeOf(type),
      items: itemsOf(type),
      format: formatOf(type),
    }])),
    type: "object",
  };
}

function listOrNothing<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function property(
  column: Column,
  table: Table,
  relationships: readonly Relationship[],
) {
  return {
    description: describedColumn(column, table, relationships),
    default: column.default === null
      ? undefined
      : defaultOf(column.type, column.default),
    format: formatOf(column.type),
    type: typeOf(column.type),
    items: itemsOf(column.type),
    maxLength: column.maxLength ?? undefined,
    enum: column.values ?? undefined,
  };
}

function describedColumn(
  { name, description }: Column,
  table: Table,
  relationships: readonly Relationship[],
): string | undefined {
  const notes = [
    table.primaryKey.includes(name) ? "This is a Primary Key.<pk/>" : null,
    foreignKey(name, relationships),
  ].filter((note) => note !== null);
  if (notes.length === 0) return description ?? undefined;
  const own = description === null ? "" : `${description}\n\n`;
  return `${own}${["Note:", ...notes].join("\n")}`;
}

/** A foreign key of this column alone; tables before views. */
function foreignKey(
  column: string,
  relationships: readonly Relationship[],
): string | null {
  const sorted = relationships
    .filter((one) => one.kind === "key")
    .sort((a, b) =>
      Number(a.foreignTableIsView) - Number(b.foreignTableIsView)
    );
  for (const { cardinality, foreignTable: { name } } of sorted) {
    const isForward = cardinality.kind === "many-to-one" ||
      (cardinality.kind === "one-to-one" && !cardinality.isParent);
    if (!isForward || cardinality.columns.length !== 1) continue;
    const [own, foreign] = cardinality.columns[0]!;
    if (own !== column) continue;
    return `This is a Foreign Key to \`${name}.${foreign}\`.<fk table='${name}' column='${foreign}'/>`;
  }
  return null;
}

/** A default as JSON; undefined if it is an expression. */
function defaultOf(type: string, expression: string): unknown {
  const suffix = `::${type}`;
  const isText = typeOf(type) === "string";
  const plain = isText && expression.endsWith(suffix)
    ? expression.slice(0, -suffix.length).replace(/^'+|'+$/g, "")
    : expression;
  try {
    return JSON.parse(isText ? `"${plain}"` : plain);
  } catch {
    return undefined;
  }
}
