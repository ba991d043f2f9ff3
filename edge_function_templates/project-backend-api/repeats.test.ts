import assert from "node:assert/strict";

import { fileForm, projectId, stage } from "./stand_ins.test.ts";

/** What the database knows a submission by. */
async function keyOf(
  data: Record<string, string>,
  headers: HeadersInit,
  action = "submit",
): Promise<unknown> {
  const on = stage();
  await on.send("POST", { action, data }, headers);
  const key = on.calls[0]?.at(-2); // the new row's id is behind it
  return key instanceof Uint8Array ? [...key].join() : key;
}

Deno.test("the same request with the same key is known again, anything else is another", async () => {
  const first = await keyOf({ a: "1" }, { "idempotency-key": "k" });
  assert.equal(await keyOf({ a: "1" }, { "idempotency-key": "k" }), first);
  const others = [
    await keyOf({ a: "2" }, { "idempotency-key": "k" }),
    await keyOf({ a: "1" }, { "idempotency-key": "l" }),
    await keyOf({ a: "1" }, { "idempotency-key": "k", "x-site-token": "t" }),
    await keyOf({ a: "1" }, { "idempotency-key": "k" }, "collection/a"),
  ];
  assert.equal(new Set([first, ...others]).size, 5);
  assert.equal(await keyOf({ a: "1" }, {}), null);
});

for (const key of ["", "two words", "x".repeat(256), "schlüssel"]) {
  Deno.test(`"${key.slice(0, 9)}" is no key`, async () => {
    const on = stage();
    const answer = await on.send("POST", { action: "submit", data: {} }, {
      "idempotency-key": key,
    });
    assert.equal((await answer.json()).code, "invalid_field");
    assert.deepEqual(on.calls, []);
  });
}

Deno.test("a file that was stored before is answered, not stored again", async () => {
  const on = stage();
  const path = `${projectId}/1-a.txt`;
  on.rows.begin_upload = { body: "[]" };
  const found = [
    { body: JSON.stringify({ id: "u1", path, status: "pending" }) },
    { body: JSON.stringify({ id: "u1", path, status: "stored" }) },
  ];
  Object.defineProperty(on.rows, "reserve_upload", {
    get: () => found.shift(),
  });
  const answer = await on.app(
    new Request("http://site.test/", {
      method: "POST",
      headers: { "idempotency-key": "k" },
      body: fileForm("hello", "a.txt", "text/plain"),
    }),
  );
  assert.equal((await answer.json()).path, path);
  assert.deepEqual(on.stored, []);
  assert.equal(on.calls.length, 3);
});
