/** Plans what is changed. */

import { invalidPutFilters } from "../refusals.ts";
import type { Mutation } from "../action.ts";
import type { ApiRequest } from "../request.ts";
import type { SchemaCache, Table } from "../schema/model.ts";
import { Fields } from "./fields.ts";
import type { Condition, PlannedField, ReadNode } from "./model.ts";

export interface Insert {
  readonly kind: "insert";
  readonly table: Table;
  readonly columns: readonly PlannedField[];
  readonly body: string;
  readonly onConflict: {
    readonly resolution: "merge-duplicates" | "ignore-duplicates";
    readonly columns: readonly string[];
  } | null;
  /** What a PUT says of its row. */
  readonly where: readonly Condition[];
  readonly returning: readonly string[];
  readonly applyDefaults: boolean;
}

export interface Update {
  readonly kind: "update";
  readonly table: Table;
  readonly columns: readonly PlannedField[];
  readonly body: string;
  readonly where: readonly Condition[];
  readonly returning: readonly string[];
  readonly applyDefaults: boolean;
}

export interface Delete {
  readonly kind: "delete";
  readonly table: Table;
  readonly where: readonly Condition[];
  readonly returning: readonly string[];
}

export type WritePlan = Insert | Update | Delete;

/**
 * Plans a change. Throws Problem.
 *
 * @param read What is read of the changed rows.
 */
export function planWrite(
  mutation: Mutation,
  table: Table,
  request: ApiRequest,
  cache: SchemaCache,
  read: ReadNode,
): WritePlan {
  const { query, preferences, payload } = request;
  const fields = new Fields(cache);
  const primaryKey = table.primaryKey;
  const rootFilters = query.filters
    .filter(({ path }) => path.length === 0)
    .map(({ value }) => value);
  const where = [
    ...rootFilters.map((one) => fields.filter(table, one)),
    ...query.logic.map(({ value }) => fields.condition(table, value)),
  ];
  const nothing = preferences.return === null ||
    preferences.return === "minimal";
  const returning = nothing ? [] : neededColumns(read, primaryKey);
  if (mutation === "delete") return { kind: "delete", table, where, returning };
  if (mutation === "upsert") {
    const isOfOneKey = query.logic.length === 0 && primaryKey.length > 0 &&
      sameNames(query.filtered, primaryKey) &&
      rootFilters.every(({ negated, operation }) =>
        !negated && operation.kind === "quantified" &&
        operation.operator === "=" && operation.quantifier === null
      );
    if (!isOfOneKey) throw invalidPutFilters();
  }
  const columns = request.columns.map((name) => fields.written(table, name));
  const body = payload?.kind === "json" ? payload.text : "";
  const applyDefaults = preferences.missing === "default";
  switch (mutation) {
    case "update":
      return {
        kind: "update",
        table,
        columns,
        body,
        where,
        returning,
        applyDefaults,
      };
    case "insert":
      return {
        kind: "insert",
        table,
        columns,
        body,
        onConflict: preferences.resolution === null ? null : {
          resolution: preferences.resolution,
          columns: query.onConflict ?? primaryKey,
        },
        where: [],
        returning,
        applyDefaults,
      };
    case "upsert":
      return {
        kind: "insert",
        table,
        columns,
        body,
        onConflict: { resolution: "merge-duplicates", columns: primaryKey },
        where,
        returning,
        applyDefaults: false,
      };
  }
}

function sameNames(
  one: ReadonlySet<string>,
  other: readonly string[],
): boolean {
  const names = new Set(other);
  return one.size === names.size && other.every((name) => one.has(name));
}

/**
 * The columns of changed or returned rows without which nothing can be read of them: those that are
 * selected, those of keys that embedded resources are joined by, and the primary key.
 */
export function neededColumns(
  node: ReadNode,
  primaryKey: readonly string[],
): string[] {
  const selected = node.select.map(({ field }) => field.name);
  if (selected.includes("*")) return ["*"];
  const keys: string[] = [];
  for (const { relationship } of node.children) {
    if (relationship === null) continue;
    // Nobody knows which columns the function reads.
    if (relationship.kind === "computed") return ["*"];
    const { cardinality } = relationship;
    const columns = cardinality.kind === "many-to-many"
      ? cardinality.junction.source
      : cardinality.columns;
    keys.push(...columns.map(([own]) => own));
  }
  return [...new Set([...selected, ...keys, ...primaryKey])].sort();
}
