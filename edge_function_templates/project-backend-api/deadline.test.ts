import assert from "node:assert/strict";

import { within } from "./deadline.ts";

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
