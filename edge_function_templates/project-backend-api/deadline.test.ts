import assert from "node:assert/strict";

import { Deadline, within } from "./deadline.ts";

Deno.test("work that is done in time settles as it does", async () => {
  const late = (): Error => new Error("late");
  assert.equal(await within(Promise.resolve(7), 1_000, late), 7);
  await assert.rejects(
    within(Promise.reject(new Error("its own")), 1_000, late),
    /its own/,
  );
});

Deno.test("work that takes too long is given up", async () => {
  const never = new Promise<never>(() => {});
  await assert.rejects(
    within(never, 10, () => new Error("late")),
    /late/,
  );
});

Deno.test("a deadline runs out, and no further; the caller's own time does not count", () => {
  assert.equal(new Deadline(-5).left, 0);
  const deadline = new Deadline(-5);
  deadline.putOff(60_000);
  assert.ok(deadline.left > 50_000 && deadline.left < 60_000);
});

Deno.test("what a request has waited already is part of its deadline", () => {
  const left = (waited: string): number =>
    Math.round(
      Deadline.of(new Headers({ "x-wakti-waited": waited })).left / 100,
    );
  assert.equal(left("4000"), 50);
  assert.equal(left("20000"), 0);
  for (const nonsense of ["-5000", "0", "soon", ""]) {
    assert.equal(left(nonsense), 90, nonsense);
  }
  assert.equal(Math.round(Deadline.of(new Headers()).left / 100), 90);
});
