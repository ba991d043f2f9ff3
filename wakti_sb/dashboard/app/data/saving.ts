/** Saving an item over what others may have done to it meanwhile. */

import type { Item } from "../api/items.ts";
import { type Data, same } from "../api/json.ts";
import { asProblem, type Problem } from "../api/problem.ts";

/** Where items are kept. */
export interface Store {
  readonly create: (data: Data) => Promise<void>;
  /** Throws Problem, "conflict" if the item changed since it was read, "gone" if it is deleted. */
  readonly save: (item: Item, data: Data) => Promise<void>;
  /** Throws Problem, "gone" if it is deleted. */
  readonly read: (id: string) => Promise<Item>;
}

export type Saved =
  | { readonly kind: "saved" }
  /** Somebody saved other data first. */
  | { readonly kind: "conflict"; readonly theirs: Item }
  /** The item was deleted meanwhile. */
  | { readonly kind: "gone" }
  | { readonly kind: "failed"; readonly problem: Problem };

/**
 * Saves a document over `onto`, or as a new item where that is null. Where only the item's place in
 * the order changed, nothing of anybody's would be lost: it is saved over the new version.
 */
export async function saveDocument(
  store: Store,
  onto: Item | null,
  data: Data,
): Promise<Saved> {
  try {
    if (onto) await store.save(onto, data);
    else await store.create(data);
    return { kind: "saved" };
  } catch (error) {
    const problem = asProblem(error);
    if (onto && problem.kind === "gone") return { kind: "gone" };
    if (!onto || problem.kind !== "conflict") {
      return { kind: "failed", problem };
    }
    return await settle(store, onto, data);
  }
}

async function settle(store: Store, onto: Item, data: Data): Promise<Saved> {
  try {
    const theirs = await store.read(onto.id);
    if (!same(theirs.data, onto.data)) return { kind: "conflict", theirs };
    return await saveDocument(store, theirs, data);
  } catch (error) {
    const problem = asProblem(error);
    return problem.kind === "gone"
      ? { kind: "gone" }
      : { kind: "failed", problem };
  }
}
