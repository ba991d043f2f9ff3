import assert from "node:assert/strict";
import { FileStore } from "./files.ts";

const VERSION = "11111111-1111-4111-8111-111111111111";
const OTHER = "22222222-2222-4222-8222-222222222222";

async function withStore(
  run: (store: FileStore) => Promise<void>,
): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    await run(new FileStore(`${parent}/files`));
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

function stream(...parts: string[]): ReadableStream<Uint8Array> {
  return new Blob(parts).stream();
}

async function names(store: FileStore): Promise<string[]> {
  const found = await Array.fromAsync(Deno.readDir(store.folder));
  return found.map((entry) => entry.name).sort();
}

async function read(store: FileStore, version: string): Promise<string | null> {
  const file = await store.open(version);
  return file && await new Response(file.readable).text();
}

Deno.test("a file is written, read, copied and removed", () =>
  withStore(async (store) => {
    const written = await store.write(VERSION, stream("ab", "c"), 3);
    assert.deepEqual(written, {
      size: 3,
      etag: '"900150983cd24fb0d6963f7d28e17f72"',
    });
    assert.equal(await read(store, VERSION), "abc");
    assert.ok(await store.copy(VERSION, OTHER));
    await store.remove([VERSION, VERSION, null]);
    assert.equal(await read(store, VERSION), null);
    assert.equal(await read(store, OTHER), "abc");
  }));

Deno.test("what is too large leaves nothing behind", () =>
  withStore(async (store) => {
    await assert.rejects(store.write(VERSION, stream("abcd"), 3), {
      name: "Problem",
    });
    assert.deepEqual(await names(store), []);
  }));

Deno.test("what breaks off leaves nothing behind", () =>
  withStore(async (store) => {
    const broken = new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
      pull: (controller) => controller.error(new Error("gone")),
    });
    await assert.rejects(store.write(VERSION, broken, 99), { status: 400 });
    assert.deepEqual(await names(store), []);
  }));

Deno.test("nothing but a version names a file", () =>
  withStore(async (store) => {
    await store.write(VERSION, stream("a"), 9);
    for (
      const name of ["../secret", "", `${VERSION}/..`, `../files/${VERSION}`]
    ) {
      assert.equal(await store.open(name), null);
      assert.equal(await store.copy(name, OTHER), false);
      await store.remove([name]);
      await assert.rejects(store.write(name, stream("a"), 9));
    }
    assert.deepEqual(await names(store), [VERSION]);
  }));

Deno.test("what a killed process left half written is swept, and nothing else", () =>
  withStore(async (store) => {
    await store.sweep(); // before there is a folder
    await store.write(VERSION, stream("a"), 9);
    await Deno.writeTextFile(`${store.folder}/${OTHER}.part`, "ab");
    await store.sweep();
    assert.deepEqual(await names(store), [VERSION]);
  }));
