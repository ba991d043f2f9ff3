/** How embedded resources show in the row around them: as JSON, or spread over its columns. */

import type { Problem } from "../../problem.ts";
import type { Aggregate } from "../grammar/ast.ts";
import { isToOne } from "../schema/model.ts";
import { unknownField } from "./fields.ts";
import {
  type EmbeddedSelect,
  type ExtraSelect,
  type PlannedOrder,
  type ReadNode,
  shownAs,
  type SpreadColumn,
} from "./model.ts";

/** Adds to each node what its children show there. */
export function addEmbedded(node: ReadNode): void {
  node.children.forEach(addEmbedded);
  node.embedded = node.children.map(shown);
}

function shown(node: ReadNode): EmbeddedSelect {
  const alias = node.rowsAlias;
  if (node.spread !== null) {
    return { kind: "spread", columns: spreadColumns(node), alias };
  }
  return {
    kind: "json",
    name: shownAs(node),
    alias,
    mode: isToOne(node.relationship!) ? "object" : "array",
    isEmpty: isEmpty(node),
  };
}

/** Whether nothing of a resource or of those in it is selected. */
function isEmpty(node: ReadNode): boolean {
  return node.select.length === 0 && node.children.every(isEmpty);
}

function spreadColumns(node: ReadNode): SpreadColumn[] {
  const column = (name: string): SpreadColumn => ({
    name,
    aggregate: null,
    aggregateCast: null,
    alias: null,
  });
  return [
    ...node.select.map(({ field, alias }) => column(alias ?? field.name)),
    ...node.embedded.flatMap((one) =>
      one.kind === "json"
        ? [column(one.name)]
        : one.columns.map((inner) => ({ ...inner }))
    ),
  ];
}

/** An aggregate inside of a to-one spread, which the row around it has to do. */
interface Hoisted {
  rowsAlias: string;
  readonly name: string;
  readonly aggregate: Aggregate;
  readonly cast: string | null;
  readonly alias: string | null;
}

/**
 * Moves aggregates out of to-one spreads, to the first row that is no such spread: in their own
 * place they would count the one row that is there.
 */
export function hoistAggregates(node: ReadNode): Hoisted[] {
  const fromChildren = node.children.flatMap(hoistAggregates);
  const isOne = node.spread?.kind === "one";
  if (isOne) {
    const own = hoistOwn(node);
    for (const one of fromChildren) one.rowsAlias = node.rowsAlias;
    return [...own, ...fromChildren];
  }
  for (const embedded of node.embedded) {
    if (embedded.kind !== "spread") continue;
    for (const column of embedded.columns) {
      const found = fromChildren.find((one) =>
        one.rowsAlias === embedded.alias && one.name === column.name
      );
      if (found === undefined) continue;
      column.aggregate = found.aggregate;
      column.aggregateCast = found.cast;
      column.alias = found.alias;
    }
  }
  return [];
}

function hoistOwn(node: ReadNode): Hoisted[] {
  const hoisted: Hoisted[] = [];
  node.select = node.select.map((one) => {
    const { aggregate, aggregateCast, alias, field } = one;
    if (aggregate === null) return one;
    hoisted.push({
      rowsAlias: node.rowsAlias,
      name: alias ?? field.name,
      aggregate,
      cast: aggregateCast,
      alias,
    });
    return { ...one, aggregate: null, aggregateCast: null };
  });
  return hoisted;
}

/**
 * Moves the order of a to-many spread to where its rows become lists, and selects beside its
 * columns what it is ordered by.
 */
export function orderSpreads(
  node: ReadNode,
  refuse: (details: string) => Problem,
): void {
  if (node.spread?.kind === "many") {
    const aggregates = node.select.some(({ aggregate }) =>
      aggregate !== null
    ) ||
      node.embedded.some((one) =>
        one.kind === "spread" &&
        one.columns.some(({ aggregate }) => aggregate !== null)
      );
    if (aggregates) {
      throw refuse(
        "Aggregates are not implemented for one-to-many or many-to-many spreads.",
      );
    }
    const extra: ExtraSelect[] = [];
    const order: PlannedOrder[] = [];
    for (const [place, term] of node.order.entries()) {
      const alias = `${node.rowsAlias}_${term.field.name}_${place + 1}`;
      extra.push({
        relation: term.relation,
        select: {
          field: term.field,
          aggregate: null,
          aggregateCast: null,
          cast: null,
          alias,
        },
      });
      order.push({ ...term, relation: null, field: unknownField(alias) });
    }
    node.order = [];
    node.spread = { kind: "many", extra, order };
  }
  for (const child of node.children) orderSpreads(child, refuse);
}
