/** In the place of `crypto/mod.ts` of the old standard library, where that cannot be fetched. */

import { createHash } from "node:crypto";

const web = globalThis.crypto;

/** What the platform's own does not know; whatever else the library knew is refused by that. */
const MORE = new Map([["MD5", "md5"]]);

function digest(
  algorithm: AlgorithmIdentifier,
  data: BufferSource,
): Promise<ArrayBuffer> {
  const name = typeof algorithm === "string" ? algorithm : algorithm.name;
  const hash = MORE.get(name.toUpperCase());
  if (hash === undefined) return web.subtle.digest(algorithm, data);
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  const made = new Uint8Array(createHash(hash).update(bytes).digest());
  return Promise.resolve(made.buffer);
}

const subtle = new Proxy(web.subtle, {
  get(own, name) {
    if (name === "digest") return digest;
    const value = Reflect.get(own, name, own);
    return typeof value === "function" ? value.bind(own) : value;
  },
});

export const crypto = {
  subtle,
  getRandomValues: web.getRandomValues.bind(web),
  randomUUID: web.randomUUID.bind(web),
};
