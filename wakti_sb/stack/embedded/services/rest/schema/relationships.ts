/** How relations hang together: by foreign keys, through junctions, through views, by functions. */

import {
  type ColumnPair,
  type ComputedRelationship,
  keyOf,
  type KeyRelationship,
  type Name,
  type Relationship,
} from "./model.ts";
import type { Key, ViewKey } from "./view_keys.ts";

const named = ([schema, name]: readonly [string, string]): Name => ({
  schema,
  name,
});

const pairs = (own: readonly string[], foreign: readonly string[]) =>
  own.map((column, place): ColumnPair => [column, foreign[place]!]);

const swapped = (columns: readonly ColumnPair[]) =>
  columns.map(([own, foreign]): ColumnPair => [foreign, own]);

/**
 * All relationships, by `keyOf` of the relation at which they start.
 *
 * @param primaryKeys Of tables and of views, by `keyOf`.
 * @param exposed Whether a schema is.
 */
export function relationshipsOf(
  keys: readonly Key[],
  viewKeys: readonly ViewKey[],
  computed: readonly ComputedRelationship[],
  primaryKeys: ReadonlyMap<string, readonly string[]>,
  exposed: (schema: string) => boolean,
): Map<string, Relationship[]> {
  const direct = foreignKeys(keys);
  const forward = [...direct, ...throughViews(direct, viewKeys)];
  const all = [
    ...forward,
    ...manyToMany(forward, primaryKeys),
    ...inverse(forward),
  ];
  const overridden = new Set(
    computed.map((one) => `${keyOf(one.table)}\0${keyOf(one.function)}`),
  );
  const byTable = new Map<string, Relationship[]>();
  const add = (one: Relationship) => {
    const key = keyOf(one.table);
    const list = byTable.get(key);
    if (list) list.push(one);
    else byTable.set(key, [one]);
  };
  for (const one of all) {
    const { schema } = one.table;
    if (!exposed(schema) || !exposed(one.foreignTable.schema)) continue;
    const pair = `${keyOf(one.table)}\0${keyOf(one.foreignTable)}`;
    if (isOpen(one, exposed) && !overridden.has(pair)) add(one);
    // It has relationships, though none that may be told of: its name is no misspelling.
    else if (!byTable.has(keyOf(one.table))) byTable.set(keyOf(one.table), []);
  }
  for (const one of computed) {
    // It is found by its function, and that must be in the schema of the request.
    const known = exposed(one.table.schema) &&
      exposed(one.foreignTable.schema) && exposed(one.function.schema);
    if (known) add(one);
  }
  for (const list of byTable.values()) list.sort(compare);
  return byTable;
}

/** Whether the table between both sides is exposed too. */
function isOpen(
  { cardinality }: KeyRelationship,
  exposed: (schema: string) => boolean,
): boolean {
  return cardinality.kind !== "many-to-many" ||
    exposed(cardinality.junction.table.schema);
}

type Forward = KeyRelationship & {
  readonly cardinality: { readonly kind: "many-to-one" | "one-to-one" };
};

function foreignKeys(keys: readonly Key[]): Forward[] {
  const unique = new Set(
    keys.filter(({ type }) => type !== "f").map((key) =>
      `${key.relation}:${sorted(key.attributes)}`
    ),
  );
  return keys.filter((key) => key.type === "f" && !key.inherited).map((
    key,
  ) => ({
    kind: "key",
    table: named(key.table),
    foreignTable: named(key.foreignTable),
    isSelf: key.relation === key.foreignRelation,
    cardinality: {
      kind: unique.has(`${key.relation}:${sorted(key.attributes)}`)
        ? "one-to-one"
        : "many-to-one",
      constraint: key.name,
      columns: pairs(key.columns, key.foreignColumns!),
      isParent: false,
    },
    tableIsView: false,
    foreignTableIsView: false,
  }));
}

function sorted(numbers: readonly number[]): string {
  return [...numbers].sort((a, b) => a - b).join();
}

/** Relationships of views that show the columns of a foreign key or those it refers to. */
function throughViews(
  direct: readonly Forward[],
  viewKeys: readonly ViewKey[],
): Forward[] {
  const index = new Map<string, ViewKey[]>();
  for (const one of viewKeys) {
    if (one.key.type !== "f") continue;
    const id = `${keyOf(named(one.key.table))}\0${one.key.name}\0${one.side}`;
    index.set(id, [...index.get(id) ?? [], one]);
  }
  return direct.flatMap((one) => {
    const id = `${keyOf(one.table)}\0${one.cardinality.constraint}`;
    const own = sidesOf(index.get(`${id}\0own`));
    const foreign = sidesOf(index.get(`${id}\0foreign`));
    const columns = one.cardinality.columns;
    const table = {
      name: one.table,
      columns: columns.map(([own]) => own),
      isView: false,
    };
    const foreignTable = {
      name: one.foreignTable,
      columns: columns.map(([, foreign]) => foreign),
      isView: false,
    };
    const between = [
      ...own.map((side) => [side, foreignTable] as const),
      ...foreign.map((side) => [table, side] as const),
      ...own.flatMap((a) => foreign.map((b) => [a, b] as const)),
    ];
    return between.map(([from, to]): Forward => ({
      kind: "key",
      table: from.name,
      foreignTable: to.name,
      isSelf: from.isView && to.isView && keyOf(from.name) === keyOf(to.name),
      cardinality: {
        ...one.cardinality,
        columns: pairs(from.columns, to.columns),
      },
      tableIsView: from.isView,
      foreignTableIsView: to.isView,
    }));
  });
}

interface ViewSide {
  readonly name: Name;
  readonly columns: readonly string[];
  readonly isView: boolean;
}

/** A view can show a column of a key more than once: each choice is a side of its own. */
function sidesOf(keys: readonly ViewKey[] | undefined): ViewSide[] {
  return (keys ?? []).flatMap(({ view, columns }) =>
    columns
      .reduce<string[][]>(
        (chosen, list) =>
          chosen.flatMap((one) => list.map((column) => [...one, column])),
        [[]],
      )
      .map((columns) => ({ name: view, columns, isView: true }))
  );
}

function inverse(forward: readonly Forward[]): KeyRelationship[] {
  return forward.map((one) => ({
    ...one,
    table: one.foreignTable,
    foreignTable: one.table,
    tableIsView: one.foreignTableIsView,
    foreignTableIsView: one.tableIsView,
    cardinality: {
      ...one.cardinality,
      kind: one.cardinality.kind === "one-to-one"
        ? "one-to-one"
        : "one-to-many",
      columns: swapped(one.cardinality.columns),
      isParent: true,
    },
  }));
}

/** Two foreign keys of one table whose columns are part of its primary key. */
function manyToMany(
  forward: readonly Forward[],
  primaryKeys: ReadonlyMap<string, readonly string[]>,
): KeyRelationship[] {
  const byTable = Map.groupBy(
    forward.filter((one) => one.cardinality.kind === "many-to-one"),
    (one) => keyOf(one.table),
  );
  return [...byTable].flatMap(([key, keys]) => {
    const primary = new Set(primaryKeys.get(key));
    const inPrimary = keys.filter(({ cardinality }) =>
      cardinality.columns.every(([own]) => primary.has(own))
    );
    return inPrimary.flatMap((one) =>
      inPrimary
        .filter((other) =>
          other.cardinality.constraint !== one.cardinality.constraint
        )
        .map((other): KeyRelationship => ({
          kind: "key",
          table: one.foreignTable,
          foreignTable: other.foreignTable,
          isSelf: keyOf(one.foreignTable) === keyOf(other.foreignTable),
          cardinality: {
            kind: "many-to-many",
            junction: {
              table: one.table,
              constraints: [
                one.cardinality.constraint,
                other.cardinality.constraint,
              ],
              source: swapped(one.cardinality.columns),
              target: swapped(other.cardinality.columns),
            },
          },
          tableIsView: one.foreignTableIsView,
          foreignTableIsView: other.foreignTableIsView,
        }))
    );
  });
}

const ORDER = ["one-to-many", "many-to-one", "one-to-one", "many-to-many"];

/** The order in which messages list relationships. */
function compare(one: Relationship, other: Relationship): number {
  return compareLists(sortKey(one), sortKey(other));
}

function sortKey(one: Relationship): readonly (string | number)[] {
  if (one.kind === "computed") {
    return [1, one.function.schema, one.function.name];
  }
  const { foreignTable, isSelf, cardinality } = one;
  const head = [
    0,
    foreignTable.schema,
    foreignTable.name,
    Number(isSelf),
    ORDER.indexOf(cardinality.kind),
  ];
  if (cardinality.kind === "many-to-many") {
    const { table, constraints } = cardinality.junction;
    return [...head, table.schema, table.name, ...constraints];
  }
  const { constraint, columns } = cardinality;
  return [...head, constraint, ...columns.flat()];
}

function compareLists(
  one: readonly (string | number)[],
  other: readonly (string | number)[],
): number {
  for (const [place, a] of one.entries()) {
    const b = other[place];
    if (b === undefined) return 1;
    if (a !== b) return a < b ? -1 : 1;
  }
  return one.length - other.length;
}
