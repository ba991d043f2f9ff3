/**
 * What is being written in the editor: kept in the browser, so that Back, a reload or a session
 * that ended loses nothing.
 */

import type { Item, Place } from "../api/items.ts";
import type { Draft } from "./values.ts";

/** An editor as it was left. */
export interface Kept {
  /** The item as it was read; null for a new one. Tells whether somebody changed it since. */
  readonly base: Item | null;
  readonly mode: "form" | "json";
  readonly drafts: readonly Draft[];
  readonly json: string;
}

const PREFIX = "wakti.draft";

/** One draft for each item, and one for a new item of each collection. */
function keyOf(place: Place, item: string | null): string {
  return [PREFIX, place.owner, place.project, place.collection, item ?? ""]
    .map(encodeURIComponent).join(" ");
}

export function keepDraft(place: Place, item: string | null, kept: Kept): void {
  try {
    localStorage.setItem(keyOf(place, item), JSON.stringify(kept));
  } catch {
    // No room: the editor itself still holds it.
  }
}

export function draftOf(place: Place, item: string | null): Kept | null {
  const text = localStorage.getItem(keyOf(place, item));
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as Partial<Kept> | null;
    const whole = (value?.mode === "json" || value?.mode === "form") &&
      typeof value.json === "string" && Array.isArray(value.drafts) &&
      value.base !== undefined;
    return whole ? value as Kept : null;
  } catch {
    return null; // written by something else
  }
}

export function dropDraft(place: Place, item: string | null): void {
  localStorage.removeItem(keyOf(place, item));
}

/** The items of a collection that have a draft; null stands for a new one. */
export function drafted(place: Place): readonly (string | null)[] {
  const head = keyOf(place, null);
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(head))
    .map((key) => decodeURIComponent(key.slice(head.length)) || null);
}
