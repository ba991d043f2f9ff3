import assert from "node:assert/strict";

import { Room } from "./room.ts";

Deno.test("past the budget all wait but the oldest", async () => {
  const room = new Room(10, 10);
  const [first, second] = [room.enter("a"), room.enter("b")];
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
  const room = new Room(10, 10);
  for (let round = 0; round < 100; round++) {
    const [idle, share] = [room.enter("a"), room.enter("b")];
    await share.take(10);
    share.release();
    idle.release();
  }
});

Deno.test("one client's uploads wait for each other before they hold up anybody else's", async () => {
  const room = new Room(100, 10);
  const [first, second, other] = [
    room.enter("a"),
    room.enter("a"),
    room.enter("b"),
  ];
  await first.take(8);
  let wasLetIn = false;
  const waiting = second.take(8).then(() => wasLetIn = true);
  await other.take(10);
  assert.equal(wasLetIn, false);
  first.release();
  await waiting;
  second.release();
  other.release();
});

Deno.test("a client that nobody waits for is forgotten, and one that gave up holds nobody up", async () => {
  const room = new Room(10, 10);
  const [first, second] = [room.enter("a"), room.enter("b")];
  await first.take(10);
  second.take(10); // waits, and gives up
  second.release();
  first.release();
  const third = room.enter("c");
  await third.take(10);
  third.release();
});
