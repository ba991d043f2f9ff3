/** Collections: their items, in the order that published pages show them. */

import {
  type Api,
  done,
  eachPortion,
  MAX_ROWS,
  one,
  type Page,
  page,
  portions,
  rows,
} from "./client.ts";
import { conditionsOf, type ItemQuery } from "./item_query.ts";
import type { Data } from "./json.ts";
import { Problem } from "./problem.ts";

export interface Item {
  readonly id: string;
  readonly data: Data;
  readonly sort_order: number | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Where an item goes: its project, its owner, its collection. */
export interface Place {
  readonly project: string;
  readonly owner: string;
  readonly collection: string;
}

const TABLE = "project_collections";
const COLUMNS = "id,data,sort_order,created_at,updated_at";

export const ITEM_PAGE = 50;

function listed(
  api: Api,
  place: Place,
  query: ItemQuery,
  columns: string = COLUMNS,
) {
  let list = api.supabase.from(TABLE).select(columns, { count: "exact" })
    .eq("project_id", place.project)
    .eq("collection_name", place.collection)
    .eq("status", "active");
  for (const [column, operator, value] of conditionsOf(query)) {
    list = list.filter(column, operator, value);
  }
  const { sort } = query;
  const sorted = sort
    ? list.order(`data->${sort.field}`, {
      ascending: !sort.down,
      nullsFirst: false,
    })
    : list;
  return sorted.order("sort_order", { ascending: true, nullsFirst: true })
    .order("created_at", { ascending: false })
    .order("id");
}

export function listItems(
  api: Api,
  place: Place,
  query: ItemQuery,
  start: number,
): Promise<Page<Item>> {
  const list = listed(api, place, query);
  return page(list.range(start, start + ITEM_PAGE - 1));
}

/** Every item that the query finds, in portions. */
export function allItems(
  api: Api,
  place: Place,
  query: ItemQuery,
): AsyncGenerator<Page<Item>> {
  return everyPage(api, place, query, COLUMNS);
}

async function* everyPage<Row>(
  api: Api,
  place: Place,
  query: ItemQuery,
  columns: string,
): AsyncGenerator<Page<Row>> {
  let start = 0;
  while (true) {
    const part = await page<Row>(
      listed(api, place, query, columns).range(start, start + MAX_ROWS - 1),
    );
    yield part;
    start += part.rows.length;
    if (part.rows.length === 0 || start >= part.total) return;
  }
}

/** A document that is to become an item, and its place in the order. */
export interface NewItem {
  /** Made here, so that what a lost answer hides can still be found. */
  readonly id: string;
  readonly data: Data;
  readonly sort_order: number;
}

export async function createItems(
  api: Api,
  place: Place,
  items: readonly NewItem[],
): Promise<void> {
  const whole = items.map((item) => ({ ...rowOf(place), ...item }));
  await done(api.supabase.from(TABLE).insert(whole));
}

function rowOf(place: Place) {
  return {
    project_id: place.project,
    user_id: place.owner,
    collection_name: place.collection,
  };
}

/** Gives items new data by their ids; one that was deleted comes back, one that is not there is made. */
export async function writeItems(
  api: Api,
  place: Place,
  items: readonly Pick<Item, "id" | "data">[],
): Promise<void> {
  const whole = items.map(({ id, data }) => ({
    ...rowOf(place),
    id,
    data,
    status: "active",
  }));
  await done(api.supabase.from(TABLE).upsert(whole, { onConflict: "id" }));
}

/** Those of the ids that are items of the collection, deleted ones among them, as they are. */
export async function itemsOf(
  api: Api,
  place: Place,
  ids: readonly string[],
): Promise<readonly StoredItem[]> {
  const found: StoredItem[] = [];
  await eachPortion(portions(ids), async (some) => {
    found.push(
      ...await rows<StoredItem>(
        api.supabase.from(TABLE).select("id,data,status")
          .eq("project_id", place.project)
          .eq("collection_name", place.collection)
          .in("id", some),
      ),
    );
  });
  return found;
}

export interface StoredItem {
  readonly id: string;
  readonly data: Data;
  readonly status: "active" | "deleted";
}

/** The ids of every item that the query finds. */
export async function itemIds(
  api: Api,
  place: Place,
  query: ItemQuery,
): Promise<readonly string[]> {
  const ids: string[] = [];
  const pages = everyPage<{ id: string }>(api, place, query, "id");
  for await (const { rows } of pages) ids.push(...rows.map(({ id }) => id));
  return ids;
}

/** The highest place that an item of the collection has; null where none has one. */
export async function lastPlace(
  api: Api,
  place: Place,
): Promise<number | null> {
  const last = await rows<{ sort_order: number }>(
    api.supabase.from(TABLE).select("sort_order")
      .eq("project_id", place.project)
      .eq("collection_name", place.collection)
      .eq("status", "active")
      .not("sort_order", "is", null)
      .order("sort_order", { ascending: false })
      .limit(1),
  );
  return last[0]?.sort_order ?? null;
}

/** The item as it is now. Throws Problem, "gone" if it was deleted. */
export function readItem(api: Api, id: string): Promise<Item> {
  const list = api.supabase.from(TABLE).select(COLUMNS);
  return one(list.eq("id", id).eq("status", "active"));
}

/** Saves an item. Throws Problem, "conflict" if it changed since it was read. */
export async function saveItem(
  api: Api,
  item: Item,
  data: Data,
): Promise<void> {
  const saved = await rows(
    api.supabase.from(TABLE).update({ data })
      .eq("id", item.id).eq("status", "active")
      .eq("updated_at", item.updated_at)
      .select("id"),
  );
  if (saved.length === 0) {
    await readItem(api, item.id);
    throw new Problem("conflict");
  }
}

/** Deletes an item as the site API does: the row stays and can come back. */
export async function deleteItem(api: Api, id: string): Promise<void> {
  const change = api.supabase.from(TABLE).update({ status: "deleted" });
  await one(change.eq("id", id).select("id"));
}

/** Deletes items, or brings them back. */
export async function setStatus(
  api: Api,
  ids: readonly string[],
  status: StoredItem["status"],
): Promise<void> {
  await eachPortion(
    portions(ids),
    (some) => done(api.supabase.from(TABLE).update({ status }).in("id", some)),
  );
}

/** Puts an item right behind another one, or first. */
export async function moveItem(
  api: Api,
  item: string,
  after: string | null,
): Promise<void> {
  await one(api.supabase.rpc("move_item", { item, after_item: after }));
}
