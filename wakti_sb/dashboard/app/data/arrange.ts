/** How a collection's table is arranged: by the address, and by what this browser remembers. */

import { useState } from "preact/hooks";
import {
  type FieldFilter,
  isAskable,
  type ItemQuery,
  OPERATORS,
  type Sort,
} from "../api/item_query.ts";
import type { Place } from "../api/items.ts";
import type { Field } from "../api/schemas.ts";
import { replaceView, useView } from "../routing/route.ts";

/** More would not be read; who wants other columns chooses them. */
const COLUMNS = 6;

/** The query that the address asks for; words that mean nothing are none. */
export function useItemQuery(): readonly [
  ItemQuery,
  (change: Partial<ItemQuery>) => void,
] {
  const [search] = useView("search");
  const [filters] = useView("filter");
  const [sort] = useView("sort");
  const query = {
    search,
    filters: filtersOf(filters),
    sort: sortOf(sort),
  };
  return [query, (change) => {
    const next = { ...query, ...change };
    replaceView({
      search: next.search,
      filter: next.filters.length === 0 ? "" : JSON.stringify(next.filters),
      sort: next.sort ? `${next.sort.field}.${next.sort.down ? "d" : "a"}` : "",
      from: "",
    });
  }];
}

export function filtersOf(text: string): readonly FieldFilter[] {
  try {
    const value: unknown = JSON.parse(text || "[]");
    return Array.isArray(value) ? value.filter(isFilter) : [];
  } catch {
    return [];
  }
}

function isFilter(value: unknown): value is FieldFilter {
  const filter = value as Partial<FieldFilter> | null;
  return typeof filter?.field === "string" && isAskable(filter.field) &&
    typeof filter.value === "string" &&
    OPERATORS.some((one) => one === filter.operator);
}

export function sortOf(text: string): Sort | null {
  const field = text.slice(0, -2);
  if (!/\.[ad]$/.test(text) || !isAskable(field)) return null;
  return { field, down: text.endsWith("d") };
}

/** What comes after the order that is shown: up, down, the collection's own. */
export function nextSort(sort: Sort | null, field: string): Sort | null {
  if (sort?.field !== field) return { field, down: false };
  return sort.down ? null : { field, down: true };
}

export interface Look {
  readonly dense: boolean;
  /** Names of the columns that are shown. */
  readonly columns: readonly string[];
  readonly setDense: (dense: boolean) => void;
  readonly toggle: (column: string) => void;
}

/** Columns and density: this browser's own, since they change nothing for anybody else. */
export function useLook(place: Place, fields: readonly Field[]): Look {
  const key = `wakti.columns ${place.project} ${place.collection}`;
  const [kept, setKept] = useState(() => read(key));
  const [dense, setDense] = useState(() => read(DENSE) !== null);
  const names = fields.map(({ name }) => name);
  const chosen = kept?.filter((name) => names.includes(name)) ?? [];
  const columns = chosen.length > 0 ? chosen : names.slice(0, COLUMNS);
  return {
    dense,
    columns,
    setDense: (next) => {
      setDense(next);
      write(DENSE, next ? ["dense"] : null);
    },
    toggle: (column) => {
      const next = names.filter((name) =>
        columns.includes(name) !== (name === column)
      );
      if (next.length === 0) return;
      setKept(next);
      write(key, next);
    },
  };
}

const DENSE = "wakti.dense";

function read(key: string): readonly string[] | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    return Array.isArray(value)
      ? value.filter((one) => typeof one === "string")
      : null;
  } catch {
    return null;
  }
}

function write(key: string, value: readonly string[] | null): void {
  if (value === null) localStorage.removeItem(key);
  else localStorage.setItem(key, JSON.stringify(value));
}
