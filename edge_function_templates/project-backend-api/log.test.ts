import assert from "node:assert/strict";

import { batchedLog, describe, type Entry, sampledLog } from "./log.ts";

const entry: Entry = {
  requestId: "r",
  action: "submit",
  project: null,
  status: 200,
  code: null,
  ms: 1,
};

/** Long enough for two rounds of the log, however late timers are. */
async function rest(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("a quiet log writes at once, a busy one together", async () => {
  const written: string[] = [];
  const log = batchedLog((text) => written.push(text), 5);
  for (let count = 0; count < 4; count++) log(entry);
  assert.equal(written.length, 1);
  await rest();
  assert.deepEqual(written.map((text) => text.split("\n").length - 1), [1, 3]);
  log(entry);
  assert.equal(written.length, 3);
  await rest();
});

Deno.test("an error is described without what it says", () => {
  const error = Object.assign(new TypeError("password secret123"), {
    code: "42883",
  });
  const said = describe(error);
  assert.match(said, /^TypeError 42883 at /);
  assert.doesNotMatch(said, /secret123/);
});

Deno.test("the platform's log is not flooded, and what is our fault is always written", () => {
  let time = 0;
  const written: string[] = [];
  const log = sampledLog((line) => written.push(line), () => time);
  for (let count = 0; count < 500; count++) log(entry);
  assert.equal(written.length, 40);
  for (let count = 0; count < 500; count++) log({ ...entry, status: 429 });
  assert.equal(written.length, 80);
  log({ ...entry, status: 500, code: "internal_error" });
  assert.match(written.at(-1) ?? "", /internal_error/);
  time = 10_000;
  log(entry);
  assert.deepEqual(JSON.parse(written.at(-2) ?? ""), {
    event: "entries left out",
    count: 920,
  });
});
