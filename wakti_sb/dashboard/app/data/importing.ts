/** Writing the documents of a file into a collection, and taking that back. */

import { type Api, portions } from "../api/client.ts";
import {
  createItems,
  itemsOf,
  lastPlace,
  type NewItem,
  type Place,
  setStatus,
  type StoredItem,
  writeItems,
} from "../api/items.ts";
import { teach } from "../api/schemas.ts";
import { byteSize, type Found } from "../transfer/import.ts";
import { type Change, forgetChange, keepChange } from "./undo.ts";

const AT_ONCE = 1000; // items a request
const REQUEST_BYTES = 500_000; // so that large items go in small groups
const GAP = 1024; // between two places, as the database spreads them
const LAST = 2_147_483_647; // the highest place there is

/**
 * Imports documents in their order, behind what is there.
 *
 * @param update Whether documents with an id change the items that have it.
 * @param onProgress Told how many are in.
 *
 * Throws Problem in the middle; what is in by then can be taken back.
 */
export async function importItems(
  api: Api,
  place: Place,
  found: readonly Found[],
  update: boolean,
  onProgress: (count: number) => void,
): Promise<void> {
  const known = update ? await existing(api, place, found) : new Map();
  const fresh = found.filter(({ id }) => id === null || !known.has(id));
  const placed = places(fresh, await lastPlace(api, place));
  const added: string[] = [];
  const before: StoredItem[] = [];
  const keep = () =>
    keepChange(place.project, place.collection, {
      at: Date.now(),
      added,
      before,
    });
  let count = 0;
  try {
    for (const some of groups(changesOf(found, known))) {
      await writeItems(api, place, some);
      before.push(...some.flatMap(({ id }) => known.get(id) ?? []));
      onProgress(count += some.length);
    }
    for (const some of groups(placed)) {
      added.push(...await createItems(api, place, some));
      onProgress(count += some.length);
    }
    await teach(api, place, found.map(({ data }) => data));
  } finally {
    if (count > 0) keep();
  }
}

/** Takes an import back: what it added goes, what it changed is as before. */
export async function undoImport(
  api: Api,
  place: Place,
  change: Change,
): Promise<void> {
  await setStatus(api, change.added, "deleted");
  for (const some of groups(change.before)) await writeItems(api, place, some);
  const gone = change.before.filter(({ status }) => status === "deleted");
  await setStatus(api, gone.map(({ id }) => id), "deleted");
  forgetChange(place.project, place.collection);
}

async function existing(api: Api, place: Place, found: readonly Found[]) {
  const ids = found.flatMap(({ id }) => id !== null && UUID.test(id) ? id : []);
  const items = await itemsOf(api, place, [...new Set(ids)]);
  return new Map(items.map((item) => [item.id, item]));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The last document of each id: one request may not change a row twice. */
function changesOf(
  found: readonly Found[],
  known: ReadonlyMap<string, StoredItem>,
): readonly Pick<StoredItem, "id" | "data">[] {
  const changes = new Map(
    found.flatMap(({ id, data }) =>
      id !== null && known.has(id) ? [[id, { id, data }] as const] : []
    ),
  );
  return [...changes.values()];
}

/** Documents with places behind the last one; closer together where there is little room. */
export function places(
  found: readonly Pick<Found, "data">[],
  last: number | null,
): readonly NewItem[] {
  const start = last ?? 0;
  const room = Math.floor((LAST - start) / (found.length + 1));
  const gap = Math.max(0, Math.min(GAP, room));
  return found.map(({ data }, index) => ({
    data,
    sort_order: start + gap * (index + 1),
  }));
}

/** As many items as make a request of a reasonable size. */
function groups<Item extends { readonly data: Found["data"] }>(
  items: readonly Item[],
) {
  const largest = items.reduce(
    (most, { data }) => Math.max(most, byteSize(data)),
    1,
  );
  const fitting = Math.floor(REQUEST_BYTES / largest);
  return portions(items, Math.max(1, Math.min(AT_ONCE, fitting)));
}
