import assert from "node:assert/strict";

import { Clock } from "./clock.ts";

/** A clock beside one that is a minute ahead and answers after `took` milliseconds. */
function stage(took: number) {
  let time = 1_000;
  let asked = 0;
  const clock = new Clock(() => {
    asked++;
    const theirs = time + 60_000 + took / 2;
    time += took;
    return Promise.resolve(theirs);
  }, () => time);
  return {
    clock,
    asked: () => asked,
    wait: (ms: number) => time += ms,
  };
}

Deno.test("a time is unknown until the clocks have been compared", async () => {
  const { clock, asked } = stage(10);
  assert.equal(clock.at(1_000), null);
  await Promise.resolve();
  assert.equal(clock.at(1_000), 61_000);
  assert.equal(asked(), 1);
});

Deno.test("clocks are compared anew after a minute, and when one was found wrong", async () => {
  const { clock, asked, wait } = stage(10);
  clock.at(0);
  await Promise.resolve();
  wait(61_000);
  assert.notEqual(clock.at(0), null);
  assert.equal(asked(), 2);
  clock.forget();
  assert.equal(clock.at(0), null);
  assert.equal(asked(), 3);
});

Deno.test("a comparison that took long tells nothing, and is not made again at once", async () => {
  const { clock, asked, wait } = stage(300);
  clock.at(0);
  await Promise.resolve();
  assert.equal(clock.at(0), null);
  assert.equal(asked(), 1);
  wait(1_001);
  clock.at(0);
  assert.equal(asked(), 2);
});

Deno.test("a database that does not answer leaves the time unknown", async () => {
  const clock = new Clock(() => Promise.reject(new Error("gone")), () => 0);
  clock.at(0);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(clock.at(0), null);
});
