import type { Context } from "./context.ts";
import { sha256 } from "./digest.ts";
import { ApiError } from "./errors.ts";
import { repeatKeyPattern } from "./schemas.ts";

const soundKey = new RegExp(repeatKeyPattern);

/**
 * What the database knows a repeated request by: SHA-256 over its Idempotency-Key, who sent it, and
 * all that was sent with it. One key with another content is another request; null for no key.
 */
export function repeatKey(
  context: Context,
  ...content: readonly (string | Uint8Array | null)[]
): Uint8Array | null {
  const { headers } = context.request;
  const key = headers.get("idempotency-key");
  if (key === null) return null;
  if (!soundKey.test(key)) {
    throw new ApiError(
      "invalid_field",
      "Idempotency-Key takes 1 to 255 characters without spaces",
    );
  }
  const caller = [
    headers.get("authorization"),
    headers.get("x-site-token"),
  ];
  const parts = [key, context.action, ...caller, ...content];
  return sha256(joined(parts.map((part) => sha256(part ?? ""))));
}

function joined(hashes: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(hashes.length * 32);
  hashes.forEach((hash, at) => all.set(hash, at * 32));
  return all;
}
