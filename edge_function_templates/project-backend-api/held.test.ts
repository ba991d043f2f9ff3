import assert from "node:assert/strict";

import { free, Held } from "./held.ts";

/** Bytes that say where they stand. */
function numbered(size: number, from = 0): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, at) => (from + at) % 251);
}

Deno.test("what is kept is what came, however it was cut", async () => {
  const held = new Held(() => Promise.resolve());
  const kept: BlobPart[] = [];
  let from = 0;
  for (const size of [0, 1, 7, 65_536, 100_000, 1_500_000]) {
    kept.push(...await held.keep(numbered(size, from)));
    from += size;
  }
  const bytes = await new Response(new Blob(kept)).bytes();
  assert.ok(bytes.every((byte, at) => byte === at % 251));
  assert.equal(bytes.byteLength, from);
});

Deno.test("room is asked for before it is used, never a block more than what came", async () => {
  let room = 0;
  const held = new Held((size) => {
    room += size;
    return Promise.resolve();
  });
  const chunk = 60_000;
  for (let count = 1; count <= 100; count++) {
    await held.keep(new Uint8Array(chunk));
    assert.ok(room >= count * chunk);
    assert.ok(room <= Math.max(65_536, count * chunk + 1_048_576));
  }
});

Deno.test("nothing is kept of a chunk for which there is no room", async () => {
  const held = new Held(() => Promise.reject(new Error("no room")));
  await assert.rejects(held.keep(new Uint8Array(1)), /no room/);
});

Deno.test("memory is given back at once", async () => {
  const held = new Held(() => Promise.resolve());
  const chunk = numbered(10);
  const [view] = await held.keep(chunk);
  assert.equal(chunk.byteLength, 0);
  assert.equal(view?.byteLength, 10);
  held.release();
  assert.equal(view?.byteLength, 0);
  const file = numbered(10);
  free(file);
  assert.equal(file.byteLength, 0);
});
