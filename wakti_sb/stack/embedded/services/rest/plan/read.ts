/** Plans what is read: the resource of the request and those embedded in it. */

import {
  aggregatesNotAllowed,
  notEmbedded,
  notImplemented,
  orderByMany,
} from "../refusals.ts";
import type { Config } from "../config.ts";
import type { At, SelectItem } from "../grammar/ast.ts";
import { ALL, asksForNone, NONE, restricted } from "../grammar/range.ts";
import type { ApiRequest } from "../request.ts";
import { isToOne, type Name, type SchemaCache } from "../schema/model.ts";
import { addAliases, expandStars } from "./columns.ts";
import { Fields, unknownField } from "./fields.ts";
import { joinChildren } from "./joins.ts";
import { type Condition, type ReadNode, shownAs } from "./model.ts";
import { addEmbedded, hoistAggregates, orderSpreads } from "./spreads.ts";

/** Plans a read. Throws Problem. */
export function planRead(
  table: Name,
  request: ApiRequest,
  config: Config,
  cache: SchemaCache,
): ReadNode {
  const fields = new Fields(cache);
  const root = nodeOf(table, table.name, 0, null);
  root.select = [];
  addItems(root, request.query.select, table.schema, fields);
  addFilters(root, request, fields);
  addOrders(root, request, fields, table);
  addRanges(root, request);
  addLogic(root, request, fields);
  const { kind } = request.action;
  if (kind === "mutate" || kind === "call") {
    // What was changed or returned is read from; the table's name leads to its relationships.
    root.alias = root.from.name;
    root.from = { schema: "", name: SOURCE };
  }
  joinChildren(root, table.schema, cache);
  expandStars(root, table, fields);
  addAliases(root);
  resolveRelatedOrders(root);
  resolveEmbedFilters(root);
  addEmbedded(root);
  if (!config.aggregates) refuseAggregates(root);
  hoistAggregates(root);
  orderSpreads(root, notImplemented);
  if (kind !== "mutate") limitRows(root, config.maxRows);
  return root;
}

/** The name of the rows that a statement begins with. */
export const SOURCE = "pgrst_source";

function nodeOf(
  from: Name,
  name: string,
  depth: number,
  item: Extract<SelectItem, { kind: "relation" | "spread" }> | null,
): ReadNode {
  return {
    select: [],
    from,
    alias: null,
    where: [],
    order: [],
    range: ALL,
    name,
    asked: item?.alias ?? null,
    hint: item?.hint ?? null,
    join: item?.join ?? null,
    depth,
    relationship: null,
    joins: [],
    rowsAlias: "",
    argument: null,
    spread: item?.kind === "spread" ? { kind: "one" } : null,
    embedded: [],
    children: [],
  };
}

function addItems(
  node: ReadNode,
  items: readonly SelectItem[],
  schema: string,
  fields: Fields,
): void {
  for (const item of items) {
    if (item.kind === "field") {
      const field = fields.output(node.from, item.field);
      node.select.push({ ...item, field });
      continue;
    }
    const child = nodeOf(
      { schema, name: item.name },
      item.name,
      node.depth + 1,
      item,
    );
    addItems(child, item.items, schema, fields);
    node.children.push(child);
  }
}

/** Does something to the node that a path leads to, which comes first among its siblings then. */
function update<T>(
  node: ReadNode,
  { path, value }: At<T>,
  change: (node: ReadNode, value: T) => void,
): void {
  const [next, ...others] = path;
  if (next === undefined) return change(node, value);
  const place = node.children.findIndex((one) =>
    one.name === next || one.asked === next
  );
  if (place < 0) throw notEmbedded(next);
  const [child] = node.children.splice(place, 1);
  node.children.unshift(child!);
  update(child!, { path: others, value }, change);
}

/** What is said of the resource itself decides what a change is made to, not what is read of it. */
function said<T>(all: readonly At<T>[], request: ApiRequest): At<T>[] {
  const wanted = request.action.kind === "mutate"
    ? all.filter(({ path }) => path.length > 0)
    : [...all];
  return wanted.reverse();
}

function addFilters(root: ReadNode, request: ApiRequest, fields: Fields) {
  for (const one of said(request.query.filters, request)) {
    update(root, one, (node, filter) => {
      node.where.unshift(fields.filter(node.from, filter));
    });
  }
}

function addLogic(root: ReadNode, request: ApiRequest, fields: Fields) {
  for (const one of said(request.query.logic, request)) {
    update(root, one, (node, tree) => {
      node.where.unshift(fields.condition(node.from, tree));
    });
  }
}

function addOrders(
  root: ReadNode,
  request: ApiRequest,
  fields: Fields,
  table: Name,
) {
  for (const one of [...request.query.order].reverse()) {
    update(root, one, (node, terms) => {
      node.order = terms.map(({ relation, field, direction, nulls }) => ({
        relation,
        field: relation === null
          // As in PostgREST: also an embedded resource's field is looked up in the root's table.
          ? fields.order(table, field)
          : unknownField(field.name, field.path),
        direction,
        nulls,
      }));
    });
  }
}

function addRanges(root: ReadNode, request: ApiRequest): void {
  if (request.action.kind === "mutate") return;
  for (const one of request.ranges) {
    update(root, one, (node, value) => {
      node.range = value;
    });
  }
}

/** An order by a field of an embedded resource needs the name of its rows. */
function resolveRelatedOrders(node: ReadNode): void {
  node.order = node.order.map((term) => {
    if (term.relation === null) return term;
    const child = node.children.find((one) => shownAs(one) === term.relation);
    if (child === undefined) throw notEmbedded(term.relation);
    if (child.relationship === null || !isToOne(child.relationship)) {
      throw orderByMany(node.from.name, shownAs(child));
    }
    return { ...term, relation: child.rowsAlias };
  });
  node.children.forEach(resolveRelatedOrders);
}

/** `clients=not.is.null` asks whether there are embedded rows. */
function resolveEmbedFilters(node: ReadNode): void {
  const resolve = (condition: Condition): Condition => {
    if (condition.kind === "group") {
      return { ...condition, members: condition.members.map(resolve) };
    }
    if (condition.kind !== "filter" || condition.field.path.length > 0) {
      return condition;
    }
    const { field, negated, operation } = condition;
    const child = node.children.find((one) => shownAs(one) === field.name);
    return child && operation.kind === "is" && operation.value === "NULL"
      ? { kind: "embedded", negated, alias: child.rowsAlias }
      : condition;
  };
  node.where = node.where.map(resolve);
  node.children.forEach(resolveEmbedFilters);
}

function refuseAggregates(node: ReadNode): void {
  if (node.select.some(({ aggregate }) => aggregate !== null)) {
    throw aggregatesNotAllowed();
  }
  node.children.forEach(refuseAggregates);
}

function limitRows(node: ReadNode, most: number | null): void {
  node.range = asksForNone(node.range) ? NONE : restricted(node.range, most);
  for (const child of node.children) limitRows(child, most);
}
