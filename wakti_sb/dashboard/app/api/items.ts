/** Collections: their items, in the order that published pages show them. */

import {
  type Api,
  done,
  MAX_ROWS,
  one,
  type Page,
  page,
  rows,
  searched,
} from "./client.ts";
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

function listed(api: Api, place: Place, search: string) {
  let list = api.supabase.from(TABLE).select(COLUMNS, { count: "exact" })
    .eq("project_id", place.project)
    .eq("collection_name", place.collection)
    .eq("status", "active");
  if (search) list = list.filter("search_text", "imatch", searched(search));
  return list.order("sort_order", { ascending: true, nullsFirst: true })
    .order("created_at", { ascending: false })
    .order("id");
}

export function listItems(
  api: Api,
  place: Place,
  search: string,
  start: number,
): Promise<Page<Item>> {
  const list = listed(api, place, search);
  return page(list.range(start, start + ITEM_PAGE - 1));
}

/** Every item that the search finds, in portions. */
export async function* allItems(
  api: Api,
  place: Place,
  search: string,
): AsyncGenerator<Page<Item>> {
  let start = 0;
  while (true) {
    const part = await page<Item>(
      listed(api, place, search).range(start, start + MAX_ROWS - 1),
    );
    yield part;
    start += part.rows.length;
    if (part.rows.length === 0 || start >= part.total) return;
  }
}

export async function createItems(
  api: Api,
  place: Place,
  documents: readonly Data[],
): Promise<void> {
  const common = {
    project_id: place.project,
    user_id: place.owner,
    collection_name: place.collection,
  };
  const items = documents.map((data) => ({ ...common, data }));
  await done(api.supabase.from(TABLE).insert(items));
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

export async function restoreItem(api: Api, id: string): Promise<void> {
  const change = api.supabase.from(TABLE).update({ status: "active" });
  await one(change.eq("id", id).select("id"));
}

/** Puts an item right behind another one, or first. */
export async function moveItem(
  api: Api,
  item: string,
  after: string | null,
): Promise<void> {
  await one(api.supabase.rpc("move_item", { item, after_item: after }));
}
