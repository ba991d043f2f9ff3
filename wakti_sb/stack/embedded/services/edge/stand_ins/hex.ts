/** In the place of `encoding/hex.ts` of the old standard library, where that cannot be fetched. */

import { Buffer } from "node:buffer";

const HEX = /^(?:[0-9a-f]{2})*$/i;

/** Text or bytes as hexadecimal digits. */
export function encodeHex(data: ArrayBuffer | Uint8Array | string): string {
  return typeof data === "string"
    ? Buffer.from(data, "utf8").toString("hex")
    : Buffer.from(new Uint8Array(data)).toString("hex");
}

/** The bytes that hexadecimal digits stand for. Throws a TypeError if there are others. */
export function decodeHex(text: string): Uint8Array {
  if (!HEX.test(text)) throw new TypeError("that is not hexadecimal");
  return new Uint8Array(Buffer.from(text, "hex"));
}

/** As the library of 2022 had it: bytes into the bytes of digits. */
export function encode(data: Uint8Array): Uint8Array {
  return new TextEncoder().encode(encodeHex(data));
}

/** As the library of 2022 had it: the bytes of digits into bytes. */
export function decode(digits: Uint8Array): Uint8Array {
  return decodeHex(new TextDecoder().decode(digits));
}

export { decodeHex as decodeString, encodeHex as encodeToString };
