import assert from "node:assert/strict";

import { Tally } from "./tally.ts";

Deno.test("everybody is counted apart, minute by minute", () => {
  let time = 0;
  const tally = new Tally(() => time);
  assert.deepEqual([tally.add("a"), tally.add("a"), tally.add("b")], [1, 2, 1]);
  time = 59_999;
  assert.equal(tally.add("a"), 3);
  time = 60_000;
  assert.equal(tally.add("a"), 1);
});

Deno.test("a crowd without end is forgotten, not kept", () => {
  const tally = new Tally();
  tally.add("first");
  for (let number = 0; number < 20_000; number++) tally.add(String(number));
  assert.equal(tally.add("first"), 1);
});
