import assert from "node:assert/strict";

import { Clock } from "./clock.ts";

/** A clock beside one that is a minute ahead and answers after `took` milliseconds. */
function stage(took: number) {
  let time = 1_000;
  let asked = 0;
  const clock = new Clock(async () => {
    asked++;
    await Promise.resolve();
    const theirs = time + 60_000 + took / 2;
    time += took;
    return theirs;
  }, () => time);
  return {
    clock,
    asked: () => asked,
    wait: (ms: number) => time += ms,
  };
}

const later = (): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve));

Deno.test("a time is told once the clocks have been compared, which is done once", async () => {
  const { clock, asked } = stage(10);
  assert.deepEqual(
    await Promise.all([clock.at(1_000), clock.at(2_000)]),
    [61_000, 62_000],
  );
  assert.equal(clock.at(1_000), 61_000);
  assert.equal(asked(), 1);
});

Deno.test("clocks are compared anew after a minute, and when one was found wrong", async () => {
  const { clock, asked, wait } = stage(10);
  await clock.at(0);
  wait(61_000);
  assert.equal(clock.at(0), 60_000);
  await later();
  assert.equal(clock.at(0), 60_000);
  assert.equal(asked(), 2);
  clock.forget();
  assert.equal(await clock.at(0), 60_000);
  assert.equal(asked(), 3);
});

Deno.test("an answer that took long errs toward too early, and is soon asked for again", async () => {
  const { clock, asked, wait } = stage(300);
  assert.equal(await clock.at(0), 59_850);
  assert.equal(asked(), 1);
  wait(1_001);
  clock.at(0);
  assert.equal(asked(), 2);
  await later();
});

Deno.test("a database that does not answer is said, and asked again by the next call", async () => {
  let asked = 0;
  const clock = new Clock(() => Promise.reject(new Error(`gone ${++asked}`)));
  await assert.rejects(async () => await clock.at(0), /gone 1/);
  await assert.rejects(async () => await clock.at(0), /gone 2/);
});
