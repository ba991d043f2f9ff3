import type { Context } from "./context.ts";
import { ApiError } from "./errors.ts";

/**
 * What the database knows a repeated request by: SHA-256 over its Idempotency-Key, who sent it, and
 * all that was sent with it. One key with another content is another request; null for no key.
 */
export async function repeatKey(
  context: Context,
  ...content: readonly (string | Uint8Array | null)[]
): Promise<Uint8Array | null> {
  const { headers } = context.request;
  const key = headers.get("idempotency-key");
  if (key === null) return null;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
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
  const hashes = await Promise.all(parts.map((part) => digest(part ?? "")));
  return await digest(joined(hashes));
}

async function digest(part: string | Uint8Array): Promise<Uint8Array> {
  const bytes = typeof part === "string"
    ? new TextEncoder().encode(part)
    : part;
  return new Uint8Array(
    await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>),
  );
}

function joined(hashes: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(hashes.length * 32);
  hashes.forEach((hash, at) => all.set(hash, at * 32));
  return all;
}
