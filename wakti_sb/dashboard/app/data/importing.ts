/** Writing the documents of a file into a collection, and taking that back. */

import { type Api, eachPortion, isId, newId, portions } from "../api/client.ts";
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
import { asProblem } from "../api/problem.ts";
import { teach } from "../api/schemas.ts";
import { asStored, byteSize, type Found } from "../transfer/import.ts";
import { type Change, forgetChange, keepChange, lastChange } from "./undo.ts";

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
 * Throws Problem in the middle; what is in by then can be taken back, also when the page is closed
 * or an answer is lost.
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
  const undo = new Undo(place);
  let count = 0;
  await eachPortion(groups(changesOf(found, known)), async (some) => {
    const before = some.flatMap(({ id }) => known.get(id) ?? []);
    await undo.of({ added: [], before }, () => writeItems(api, place, some));
    onProgress(count += some.length);
  });
  await eachPortion(groups(placed), async (some) => {
    const added = some.map(({ id }) => id);
    await undo.of({ added, before: [] }, () => createItems(api, place, some));
    onProgress(count += some.length);
  });
  await teach(api, place, found.map(({ data }) => data));
}

type Part = Pick<Change, "added" | "before">;

/** What an import may have done so far. A request counts from its start: its answer may not come. */
class Undo {
  readonly #parts = new Set<Part>();
  readonly #at = Date.now();
  readonly #earlier: Change | null;

  constructor(readonly place: Place) {
    this.#earlier = lastChange(place.project, place.collection);
  }

  /** Does a part of the change. Throws Problem. */
  async of(part: Part, change: () => Promise<void>): Promise<void> {
    this.#parts.add(part);
    this.#keep();
    try {
      await change();
    } catch (error) {
      const { kind } = asProblem(error);
      if (kind !== "offline" && kind !== "server") {
        // Refused as a whole.
        this.#parts.delete(part);
        this.#keep();
      }
      throw error;
    }
  }

  #keep(): void {
    const { project, collection } = this.place;
    const parts = [...this.#parts];
    const change = parts.length === 0 ? this.#earlier : {
      at: this.#at,
      added: parts.flatMap(({ added }) => added),
      before: parts.flatMap(({ before }) => before),
    };
    if (change) keepChange(project, collection, change);
    else forgetChange(project, collection);
  }
}

/** Takes an import back: what it added goes, what it changed is as before. */
export async function undoImport(
  api: Api,
  place: Place,
  change: Change,
): Promise<void> {
  await setStatus(api, change.added, "deleted");
  await eachPortion(
    groups(change.before),
    (some) => writeItems(api, place, some),
  );
  const gone = change.before.filter(({ status }) => status === "deleted");
  await setStatus(api, gone.map(({ id }) => id), "deleted");
  forgetChange(place.project, place.collection);
}

async function existing(api: Api, place: Place, found: readonly Found[]) {
  const ids = found.flatMap(({ id }) => id !== null && isId(id) ? id : []);
  const items = await itemsOf(api, place, [...new Set(ids)]);
  return new Map(items.map((item) => [item.id, item]));
}

/** The last document of each id: one request may not change a row twice. */
function changesOf(
  found: readonly Found[],
  known: ReadonlyMap<string, StoredItem>,
): readonly Pick<StoredItem, "id" | "data">[] {
  const changes = new Map(
    found.flatMap((one) => {
      const stored = one.id === null ? undefined : known.get(one.id);
      if (!stored) return [];
      const { id } = stored;
      return [[id, { id, data: asStored(one, stored.data) }] as const];
    }),
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
    id: newId(),
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
