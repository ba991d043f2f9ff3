/** Which names of buckets and objects the platform accepts. */

import { invalidBucketName, invalidKey } from "./errors.ts";

// The characters that are safe in S3's keys, and no others: the platform refuses letters
// outside ASCII too.
const KEY = /^[\w/!\-.*'() &$@=;:+,?]+$/;
const BUCKET = /^[\w!\-.*'() &$@=;:+,?]{1,100}$/;
const LONGEST_KEY = 1024;

/** Returns the key. Throws if the platform would refuse it. */
export function checkedKey(key: string): string {
  const segments = key.split("/");
  // A URL cannot name an object below "." or "..": every client resolves them first.
  const reachable = !segments.includes(".") && !segments.includes("..");
  if (!KEY.test(key) || key.length > LONGEST_KEY || !reachable) {
    throw invalidKey(key);
  }
  return key;
}

/** Returns the bucket's name. Throws if the platform would refuse it. */
export function checkedBucketName(name: string): string {
  if (!BUCKET.test(name) || name.trim() !== name) throw invalidBucketName();
  return name;
}

/** Whether a bucket that allows `allowed` takes a file of type `type`. */
export function allowsType(
  allowed: readonly string[] | null,
  type: string,
): boolean {
  if (!allowed || allowed.length === 0) return true;
  const bare = (type.split(";")[0] ?? "").trim().toLowerCase();
  const family = bare.split("/")[0];
  return allowed.some((one) => {
    const pattern = one.trim().toLowerCase();
    return pattern === bare || pattern === "*/*" || pattern === `${family}/*`;
  });
}

const UNITS = new Map([["B", 1], ["KB", 1e3], ["MB", 1e6], ["GB", 1e9]]);

/** A size limit in bytes, from a number or the platform's `10MB`; undefined if it is neither. */
export function parseSize(value: unknown): number | null | undefined {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  }
  const match = /^(\d+(?:\.\d+)?)\s*(B|KB|MB|GB)$/i.exec(String(value));
  const unit = UNITS.get(match?.[2]?.toUpperCase() ?? "");
  return unit === undefined ? undefined : Math.floor(Number(match?.[1]) * unit);
}
