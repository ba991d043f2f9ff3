/** The functions of schema `wakti` that the role of this API may call, and what is known of each. */
import type { Kind } from "./lanes.ts";

/** How many parameters each takes. */
export const functions = {
  knock: 5,
  submit: 7,
  list_items: 9,
  search_items: 10,
  read_item: 9,
  create_item: 10,
  create_items: 9,
  update_item: 12,
  delete_item: 8,
  begin_signup: 5,
  finish_signup: 6,
  begin_login: 4,
  finish_login: 5,
  me: 4,
  logout: 4,
  begin_proof: 5,
  finish_password: 6,
  finish_account: 5,
  change_profile: 6,
  begin_reset: 6,
  finish_reset: 6,
  begin_form_files: 3,
  reserve_form_file: 6,
  submit_with_files: 8,
  may_call: 2,
  begin_upload: 5,
  reserve_upload: 9,
  complete_upload: 2,
  release_uploads: 2,
  find_upload: 5,
  remove_upload: 3,
  find_submission: 2,
  find_item: 2,
  find_session: 2,
} as const;

/** A function of the site API in the database. */
export type FunctionName = keyof typeof functions;

/** A value that travels to the database as a parameter. */
export type Parameter =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly string[]
  | Readonly<Record<string, string>>;

/** The functions that only read; a search may take long. */
export const kinds: Partial<Record<FunctionName, Kind>> = {
  list_items: "read",
  search_items: "search",
  read_item: "read",
  me: "read",
};

/**
 * What can be done about a call whose connection was cut before its answer came.
 *
 * - `anew`: it leaves nothing that another one does not, so it is made again and its answer holds.
 * - `same`: made again it does the same; only its success says something, since a refusal may come
 *   of what the first one did.
 * - `seek`: it made something with an id of ours; it is looked for, and made again if it is not there.
 */
export type Way =
  | { readonly kind: "anew" | "same" }
  | {
    readonly kind: "seek";
    readonly name: FunctionName;
    /** The place of the id among the parameters. */
    readonly at: number;
  };

const anew: Way = { kind: "anew" };

const same: Way = { kind: "same" };

const ways: Partial<Record<FunctionName, Way>> = {
  knock: anew,
  list_items: anew,
  search_items: anew,
  read_item: anew,
  begin_signup: anew,
  begin_login: anew,
  me: anew,
  begin_proof: anew,
  begin_reset: anew,
  begin_form_files: anew,
  may_call: anew,
  begin_upload: anew,
  // A reservation that nobody heard of is swept.
  reserve_form_file: anew,
  reserve_upload: anew,
  complete_upload: anew,
  release_uploads: anew,
  find_upload: anew,
  delete_item: same,
  logout: same,
  change_profile: same,
  remove_upload: same,
  submit: { kind: "seek", name: "find_submission", at: 6 },
  submit_with_files: { kind: "seek", name: "find_submission", at: 7 },
  create_item: { kind: "seek", name: "find_item", at: 9 },
  finish_signup: { kind: "seek", name: "find_session", at: 4 },
  finish_login: { kind: "seek", name: "find_session", at: 4 },
  finish_reset: { kind: "seek", name: "find_session", at: 4 },
};

/** Where an Idempotency-Key stands among the parameters of calls that have no better way. */
const keys: Partial<Record<FunctionName, number>> = {
  create_items: 8,
  update_item: 11,
};

/** What can be done about a call that was cut off; null where it can only be said so. */
export function wayOf(
  name: FunctionName,
  parameters: readonly Parameter[],
): Way | null {
  const way = ways[name];
  if (way !== undefined) return way;
  const key = keys[name];
  if (key !== undefined && parameters[key] !== null) return same;
  if (name !== "update_item") return null;
  // A replacement or a merge is the same twice; a sum is not, and neither is a change of one version.
  const [increment, ifUpdatedAt] = parameters.slice(9, 11);
  return increment === null && ifUpdatedAt === null ? same : null;
}
