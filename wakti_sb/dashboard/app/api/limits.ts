/**
 * The platform's limits, so that the page can say so before it sends. The database and the site
 * API enforce them; tests compare these with `[limits]` of wakti.toml.
 */

/** Bytes of an item's JSON. */
export const MAX_ITEM_BYTES = 262_144;

/** How deep a document may be nested. */
export const MAX_DEPTH = 32;

/** Bytes of one file. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** Bytes of all files of a project. */
export const MAX_PROJECT_BYTES = 50 * 1024 * 1024;

/** Characters of a collection's or form's name. */
export const MAX_NAME_CHARS = 64;

/** The names that the site API accepts. */
export const NAME = new RegExp(`^[A-Za-z0-9_-]{1,${MAX_NAME_CHARS}}$`);
