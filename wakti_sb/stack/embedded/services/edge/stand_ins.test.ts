import assert from "node:assert/strict";

import { crypto as standIn } from "./stand_ins/crypto.ts";
import { decode, decodeHex, encode, encodeHex } from "./stand_ins/hex.ts";
import "./stand_ins/xhr.ts";

const bytes = new TextEncoder().encode("wakti");

Deno.test("digits of both libraries, and nothing else, become bytes", () => {
  assert.equal(encodeHex("wakti"), "77616b7469");
  assert.equal(new TextDecoder().decode(encode(bytes)), "77616b7469");
  assert.deepEqual(decodeHex("77616B7469"), bytes);
  assert.deepEqual(decode(encode(bytes)), bytes);
  assert.throws(() => decodeHex("77616"), TypeError);
  assert.throws(() => decodeHex("zz"), TypeError);
});

Deno.test("what the platform digests is its own, and MD5 beside it", async () => {
  const made = async (name: string) =>
    encodeHex(await standIn.subtle.digest(name, bytes));
  assert.equal(
    await made("SHA-1"),
    encodeHex(await crypto.subtle.digest("SHA-1", bytes)),
  );
  assert.equal(
    encodeHex(await standIn.subtle.digest("MD5", new Uint8Array())),
    "d41d8cd98f00b204e9800998ecf8427e",
  );
  await assert.rejects(made("BLAKE2B"));
  assert.equal(standIn.randomUUID().length, 36);
  assert.equal(standIn.getRandomValues(new Uint8Array(4)).length, 4);
  const key = await standIn.subtle.generateKey(
    { name: "HMAC", hash: "SHA-256" },
    true,
    ["sign"],
  );
  assert.equal((await standIn.subtle.sign("HMAC", key, bytes)).byteLength, 32);
});

Deno.test("a request that cannot be made says why", () => {
  const { XMLHttpRequest } = globalThis as unknown as {
    XMLHttpRequest: new () => unknown;
  };
  assert.throws(() => new XMLHttpRequest(), /could not be fetched/);
});
