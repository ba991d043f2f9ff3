/** Keys of tables that views show: their primary keys and foreign keys. */

import { originsOf } from "./node_tree.ts";
import type { Name } from "./model.ts";

/** A constraint as `keys.sql` lists it. */
export interface Key {
  readonly type: "p" | "u" | "f";
  readonly name: string;
  readonly relation: number;
  readonly table: readonly [schema: string, name: string];
  readonly columns: readonly string[];
  readonly attributes: readonly number[];
  readonly foreignRelation: number;
  readonly foreignTable: readonly [schema: string, name: string];
  readonly foreignColumns: readonly string[] | null;
  readonly foreignAttributes: readonly number[] | null;
  readonly inherited: boolean;
}

/** A view as `views.sql` lists it. */
export interface View {
  readonly relation: number;
  readonly view: readonly [schema: string, name: string];
  readonly columns: readonly (readonly [attribute: number, name: string])[];
  readonly definition: string;
}

/** A key, or the side that a foreign key refers to, of which a view shows every column. */
export interface ViewKey {
  readonly key: Key;
  readonly side: "own" | "foreign";
  readonly view: Name;
  /** For each column of the key the columns of the view that show it. */
  readonly columns: readonly (readonly string[])[];
}

/**
 * The keys that views show.
 *
 * @param exposed Whether views of a schema are asked for; others only lead to their tables.
 */
export function viewKeysOf(
  views: readonly View[],
  keys: readonly Key[],
  exposed: (schema: string) => boolean,
): ViewKey[] {
  const shown = new Map(
    views.map((view) => [view.relation, originsOf(view.definition)]),
  );
  const found: ViewKey[] = [];
  const keysOf = groupedBySide(keys);
  for (const { relation, view: [schema, name], columns } of views) {
    if (!exposed(schema)) continue;
    // By relation and attribute the columns of the view that show it.
    const sources = new Map<number, Map<number, string[]>>();
    const follow = (
      column: string,
      from: number,
      attribute: number,
      passed: ReadonlySet<number>,
    ) => {
      for (const origin of shown.get(from) ?? []) {
        if (origin.column !== attribute) continue;
        const known = sources.get(origin.relation) ??
          new Map<number, string[]>();
        sources.set(origin.relation, known);
        const list = known.get(origin.attribute) ?? [];
        known.set(origin.attribute, list);
        if (!list.includes(column)) list.push(column);
        if (shown.has(origin.relation) && !passed.has(origin.relation)) {
          const through = new Set([...passed, origin.relation]);
          follow(column, origin.relation, origin.attribute, through);
        }
      }
    };
    for (const [attribute, column] of columns) {
      follow(column, relation, attribute, new Set([relation]));
    }
    for (const [source, attributes] of sources) {
      for (const { key, side, wanted } of keysOf.get(source) ?? []) {
        const lists = wanted.map((one) => attributes.get(one));
        if (!lists.every((list) => list !== undefined)) continue;
        found.push({ key, side, view: { schema, name }, columns: lists });
      }
    }
  }
  return found;
}

interface Side {
  readonly key: Key;
  readonly side: "own" | "foreign";
  readonly wanted: readonly number[];
}

function groupedBySide(keys: readonly Key[]): Map<number, Side[]> {
  const sides = new Map<number, Side[]>();
  const add = (relation: number, side: Side) =>
    sides.set(relation, [...sides.get(relation) ?? [], side]);
  for (const key of keys) {
    if (key.type === "u") continue;
    add(key.relation, { key, side: "own", wanted: key.attributes });
    if (key.foreignAttributes !== null) {
      add(key.foreignRelation, {
        key,
        side: "foreign",
        wanted: key.foreignAttributes,
      });
    }
  }
  return sides;
}
