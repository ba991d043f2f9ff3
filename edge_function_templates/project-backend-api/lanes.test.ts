import assert from "node:assert/strict";

import { Lanes } from "./lanes.ts";

/** Lanes named a, b and c, a clock that is set by hand, and calls that are answered by hand. */
function stage() {
  let time = 0;
  const chosen: string[] = [];
  const lanes = new Lanes<string>(["a", "b", "c"], () => time);
  return {
    chosen,
    wait: (ms: number) => time += ms,
    call() {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const done = lanes.run((name) => {
        chosen.push(name);
        return promise;
      });
      return {
        answer: () => (resolve(), done),
        fail: () => (reject(new Error("gone")), done),
      };
    },
  };
}

Deno.test("calls that are answered soon share one connection", async () => {
  const on = stage();
  for (let round = 0; round < 5; round++) {
    const calls = [on.call(), on.call(), on.call()];
    on.wait(4);
    for (const call of calls) await call.answer();
  }
  assert.deepEqual(new Set(on.chosen), new Set(["a"]));
});

Deno.test("a call that takes long holds up nobody who comes later", async () => {
  const on = stage();
  const slow = on.call();
  on.wait(5);
  await on.call().answer();
  await on.call().answer();
  await slow.answer();
  on.call();
  assert.deepEqual(on.chosen, ["a", "b", "b", "a"]);
});

Deno.test("a connection that goes on answering is not held up, however long its queue lives", async () => {
  const on = stage();
  const calls = [on.call(), on.call(), on.call()];
  for (const call of calls) {
    on.wait(4);
    await call.answer();
    on.call();
  }
  assert.deepEqual(new Set(on.chosen), new Set(["a"]));
});

Deno.test("a long queue spills over to the next connection", () => {
  const on = stage();
  for (let count = 0; count < 17; count++) on.call();
  assert.equal(on.chosen.lastIndexOf("a"), 15);
  assert.equal(on.chosen[16], "b");
});

Deno.test("when all are held up the shortest queue gets the call", () => {
  const on = stage();
  on.call();
  on.call();
  on.wait(5);
  on.call();
  on.call();
  on.wait(5);
  on.call();
  on.wait(5);
  on.call();
  assert.deepEqual(on.chosen, ["a", "a", "b", "b", "c", "c"]);
});

Deno.test("a call that fails is over", async () => {
  const on = stage();
  const call = on.call();
  on.wait(5);
  await assert.rejects(call.fail(), /gone/);
  on.call();
  assert.deepEqual(on.chosen, ["a", "a"]);
});
