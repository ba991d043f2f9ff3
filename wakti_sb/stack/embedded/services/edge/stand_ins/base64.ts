/** In the place of `encoding/base64.ts` of the old standard library, where that cannot be fetched. */

import { Buffer } from "node:buffer";

/** Text or bytes as base64. */
export function encodeBase64(data: ArrayBuffer | Uint8Array | string): string {
  return typeof data === "string"
    ? Buffer.from(data, "utf8").toString("base64")
    : Buffer.from(new Uint8Array(data)).toString("base64");
}

/** The bytes that base64 stands for. */
export function decodeBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

export { decodeBase64 as decode, encodeBase64 as encode };
