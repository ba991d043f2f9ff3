/** What can be taken back for an hour: kept in the browser, so that a reload loses nothing. */

import type { StoredItem } from "../api/items.ts";

/** A change to many items of one collection. */
export interface Change {
  /** When it was made, in milliseconds since 1970. */
  readonly at: number;
  /** Ids of items that it added. */
  readonly added: readonly string[];
  /** Items that it changed, as they were before. */
  readonly before: readonly StoredItem[];
}

const HOUR = 3_600_000;

/** Changes that are too large for the browser's storage live as long as the page. */
const large = new Map<string, Change>();

const keyOf = (project: string, collection: string) =>
  `wakti.undo ${project} ${collection}`;

export function keepChange(
  project: string,
  collection: string,
  change: Change,
): void {
  const key = keyOf(project, collection);
  forgetChange(project, collection);
  try {
    localStorage.setItem(key, JSON.stringify(change));
  } catch {
    large.set(key, change);
  }
}

/** The last change that can still be taken back. */
export function lastChange(
  project: string,
  collection: string,
  now: number = Date.now(),
): Change | null {
  const key = keyOf(project, collection);
  const change = large.get(key) ?? parsed(localStorage.getItem(key));
  if (change && now - change.at < HOUR) return change;
  forgetChange(project, collection);
  return null;
}

export function forgetChange(project: string, collection: string): void {
  const key = keyOf(project, collection);
  large.delete(key);
  localStorage.removeItem(key);
}

function parsed(text: string | null): Change | null {
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as Partial<Change>;
    return typeof value.at === "number" && Array.isArray(value.added) &&
        Array.isArray(value.before)
      ? value as Change
      : null;
  } catch {
    return null;
  }
}
