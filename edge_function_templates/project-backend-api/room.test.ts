import assert from "node:assert/strict";

import { Room } from "./room.ts";

Deno.test("past the budget all wait but the oldest", async () => {
  const room = new Room(10);
  const [first, second] = [room.enter(), room.enter()];
  await first.take(6);
  let wasLetIn = false;
  const waiting = second.take(6).then(() => wasLetIn = true);
  await first.take(100);
  await Promise.resolve();
  assert.equal(wasLetIn, false);
  first.release();
  await waiting;
  assert.equal(wasLetIn, true);
  second.release();
});

Deno.test("a share that is released gives all of it back", async () => {
  const room = new Room(10);
  for (let round = 0; round < 100; round++) {
    const [idle, share] = [room.enter(), room.enter()];
    await share.take(10);
    share.release();
    idle.release();
  }
});
