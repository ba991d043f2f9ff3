/** JSON values, as visitors and owners write them. */

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

export type Data = { readonly [name: string]: Json };

export function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A field of a document; undefined where the document itself has none. What every object
 * inherits (`constructor`, `toString`) is no field of a visitor's.
 */
export function fieldOf(data: Data, name: string): Json | undefined {
  return Object.hasOwn(data, name) ? data[name] : undefined;
}

/** A value on one line: texts as they are, everything else as JSON. */
export function inline(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** How deeply a value is nested; a text or number is 0. */
export function depth(value: Json): number {
  if (typeof value !== "object" || value === null) return 0;
  const inner = Object.values(value as Data).map(depth);
  return 1 + inner.reduce((most, one) => Math.max(most, one), 0);
}

/** Whether two values say the same, whatever the order of their keys. */
export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Data, b as Data];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length &&
    keys.every((key) =>
      Object.hasOwn(right, key) && same(left[key], right[key])
    );
}
