import { createHash } from "node:crypto";

/**
 * SHA-256 of bytes, or of a text as UTF-8, here and now.
 *
 * `crypto.subtle` hands each digest to another thread: for a list of 20 items the way there and back
 * costs six times what the digest does.
 */
export function sha256(data: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(data).digest());
}
