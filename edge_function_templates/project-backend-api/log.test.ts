import assert from "node:assert/strict";

import { batchedLog, describe, type Entry } from "./log.ts";

const entry: Entry = {
  requestId: "r",
  action: "submit",
  project: null,
  status: 200,
  code: null,
  ms: 1,
};

Deno.test("a quiet log writes at once, a busy one together", async () => {
  const written: string[] = [];
  const log = batchedLog((text) => written.push(text), 5);
  for (let count = 0; count < 4; count++) log(entry);
  assert.equal(written.length, 1);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.deepEqual(written.map((text) => text.split("\n").length - 1), [1, 3]);
  log(entry);
  assert.equal(written.length, 3);
  await new Promise((resolve) => setTimeout(resolve, 30));
});

Deno.test("an error is described without what it says", () => {
  const error = Object.assign(new TypeError("password secret123"), {
    code: "42883",
  });
  const said = describe(error);
  assert.match(said, /^TypeError 42883 at /);
  assert.doesNotMatch(said, /secret123/);
});
