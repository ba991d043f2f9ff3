/** Who may do what with a collection, as the site API decides it (`wakti.right_of`). */

import {
  type FullFeatures,
  type Override,
  type Right,
  type StoredRights,
  type Verb,
  VERBS,
} from "./features.ts";

type Collections = FullFeatures["collections"];

export type Rights = { readonly [Name in Verb]: Right };

/** The rights that hold for every collection without a rule of its own. */
export function rightsOf(collections: StoredRights): Rights {
  return eachVerb((verb) => own(collections, verb) ?? "public");
}

/** The rights of one collection: its own words first, then those for all. */
export function rightsIn(collections: Collections, name: string): Rights {
  const all = rightsOf(collections);
  const override = overrideOf(collections.overrides, name);
  return eachVerb((verb) => own(override, verb) ?? all[verb]);
}

/** A collection may be called like something that every object inherits. */
export function overrideOf(
  overrides: Collections["overrides"],
  name: string,
): Override {
  return Object.hasOwn(overrides, name) ? overrides[name] ?? {} : {};
}

/** Whether anybody at all may change or delete what is there. */
export function isOpen(rights: Rights): boolean {
  return rights.update === "public" || rights.delete === "public";
}

/** Names of collections whose own rule opens them to anybody. */
export function opened(collections: Collections): readonly string[] {
  return Object.keys(collections.overrides)
    .filter((name) => isOpen(rightsIn(collections, name)));
}

/** What is said about a right itself; null where nothing is. */
function own(stored: StoredRights, verb: Verb): Right | null {
  const word = stored[verb];
  if (word !== undefined) return word;
  if (verb === "read" || stored.write === undefined) return null;
  // Site users who write change only what they made.
  return stored.write === "site_users" && verb !== "create"
    ? "own"
    : stored.write;
}

function eachVerb(right: (verb: Verb) => Right): Rights {
  const [read, create, update, remove] = VERBS.map(right);
  return { read, create, update, delete: remove } as Rights;
}
