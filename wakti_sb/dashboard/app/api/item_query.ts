/** Which items of a collection are listed, and in which order. */

import { searched } from "./client.ts";

export const OPERATORS = ["is", "not", "has", "least", "most"] as const;

export type Operator = (typeof OPERATORS)[number];

export interface FieldFilter {
  readonly field: string;
  readonly operator: Operator;
  /** A text, or a number as people write it in JSON. */
  readonly value: string;
}

export interface Sort {
  readonly field: string;
  readonly down: boolean;
}

export interface ItemQuery {
  /** A text that one of the values must hold. */
  readonly search: string;
  readonly filters: readonly FieldFilter[];
  /** Null: the order that published pages show. */
  readonly sort: Sort | null;
}

export const EVERY_ITEM: ItemQuery = { search: "", filters: [], sort: null };

/** Whether the items are all there, in their own order. */
export function isWhole(query: ItemQuery): boolean {
  return query.search === "" && query.filters.length === 0 && !query.sort;
}

/** Whether the Data API can be asked about a field: these characters mean something else there. */
export function isAskable(field: string): boolean {
  return !/[-:.,>()"'\\]/.test(field) && field.trim() === field &&
    field !== "";
}

/** A comparison as the Data API takes it: column, operator, value. */
export type Condition = readonly [string, string, string];

/** What a query compares. A text is compared as a text, a number with numbers alone. */
export function conditionsOf(query: ItemQuery): readonly Condition[] {
  const conditions = query.filters
    .filter(({ field }) => isAskable(field))
    .flatMap(conditionsOfField);
  return query.search
    ? [["search_text", "imatch", searched(query.search)], ...conditions]
    : conditions;
}

function conditionsOfField(filter: FieldFilter): readonly Condition[] {
  const { field, operator, value } = filter;
  const [text, json] = [`data->>${field}`, `data->${field}`];
  switch (operator) {
    case "is":
      return [[text, "eq", value]];
    case "not":
      return [[text, "isdistinct", value]];
    case "has":
      return [[text, "imatch", searched(value)]];
    case "least":
      return [[json, "gte", written(value)], [json, "lt", above(value)]];
    case "most":
      return [[json, "lte", written(value)], [json, "gte", below(value)]];
  }
}

// JSON in the database sorts by kind: texts, then numbers, then true and false.
const FIRST_NUMBER = "-1e308";
const BEHIND_NUMBERS = "false";

function isNumber(value: string): boolean {
  return value.trim() !== "" && Number.isFinite(Number(value));
}

function written(value: string): string {
  return isNumber(value) ? String(Number(value)) : JSON.stringify(value);
}

function above(value: string): string {
  return isNumber(value) ? BEHIND_NUMBERS : FIRST_NUMBER;
}

function below(value: string): string {
  return isNumber(value) ? FIRST_NUMBER : '""';
}
