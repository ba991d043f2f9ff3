/** Columns that a request leaves to be found: those of `*`, and names of what has none. */

import type { JsonStep } from "../grammar/ast.ts";
import type { Name } from "../schema/model.ts";
import type { Fields } from "./fields.ts";
import type { PlannedSelect, ReadNode } from "./model.ts";

/**
 * Spells `*` out where the columns have to be known: beside aggregates, which group by them, in
 * to-many spreads, and where a data representation changes one of them.
 *
 * @param table The table of the root, which may be read under another name.
 */
export function expandStars(
  root: ReadNode,
  table: Name,
  fields: Fields,
): void {
  const expand = (node: ReadNode, aggregated: boolean) => {
    const needed = aggregated || node.spread?.kind === "many" ||
      node.select.some(({ aggregate }) => aggregate !== null);
    const from = node === root ? table : node.from;
    const isSpread = node.spread !== null;
    const hasStar = node.select.some((one) =>
      one.field.name === "*" &&
      (one.aggregate === null || (isSpread && one.aggregate === "count"))
    );
    if (hasStar && (needed || fields.hasRepresentation(from))) {
      node.select = node.select.flatMap((one) =>
        expanded(one, from, isSpread, fields)
      );
    }
    for (const child of node.children) expand(child, needed);
  };
  expand(root, false);
}

function expanded(
  one: PlannedSelect,
  table: Name,
  isSpread: boolean,
  fields: Fields,
): PlannedSelect[] {
  if (one.field.name !== "*" || one.field.path.length > 0) return [one];
  if (one.aggregate === null) {
    return fields.all(table).map((field) => ({ ...one, field }));
  }
  return isSpread && one.aggregate === "count"
    ? [{ ...one, field: { ...one.field, wholeRow: true } }]
    : [one];
}

/** Names what is sent: the last key of a path, the column of a representation. */
export function addAliases(node: ReadNode): void {
  node.select = node.select.map((one) => {
    if (one.alias !== null) return one;
    const alias = one.aggregate !== null
      // The row around a spread has to know its columns by name.
      ? node.spread !== null ? one.aggregate : null
      : one.field.path.length > 0
      ? lastKey(one.field.path) ?? one.field.name
      : one.field.transform !== null
      ? one.field.name
      : null;
    return { ...one, alias };
  });
  node.children.forEach(addAliases);
}

function lastKey(path: readonly JsonStep[]): string | null {
  return path.findLast(({ kind }) => kind === "key")?.value ?? null;
}
