import assert from "node:assert/strict";

import { type Kind, Lanes } from "./lanes.ts";

/** Lanes named a, b and c, a clock that is set by hand, and calls that are answered by hand. */
function stage() {
  let time = 0;
  const chosen: string[] = [];
  const lanes = new Lanes<string>(
    ["a", "b", "c"],
    () => new Error("dropped"),
    () => time,
    10,
  );
  return {
    chosen,
    wait: (ms: number) => time += ms,
    call(kind: Kind = "write", project: string | null = null) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const done = lanes.run(
        (name) => {
          chosen.push(name);
          return promise;
        },
        kind,
        project,
      );
      done.catch(() => {}); // a test may leave one waiting
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

Deno.test("a connection that is silent gets no more calls: what finds none waits its turn", async () => {
  const on = stage();
  const slow = [on.call(), (on.wait(5), on.call())];
  on.wait(5);
  const late = [on.call(), on.call()];
  assert.deepEqual(on.chosen, ["a", "b"]);
  await slow[1]?.answer();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(on.chosen, ["a", "b", "b", "b"]);
  for (const call of late) await call.answer();
});

Deno.test("what has waited too long is dropped before it is sent", async () => {
  const on = stage();
  const slow = [on.call(), (on.wait(5), on.call())];
  on.wait(5);
  await assert.rejects(on.call().answer(), /dropped/);
  for (const call of slow) await call.answer();
  on.call();
  assert.deepEqual(on.chosen, ["a", "b", "a"]);
});

Deno.test("no more than 2,000 calls wait", async () => {
  const on = stage();
  on.call();
  on.wait(5);
  on.call();
  on.wait(5);
  const dropped: Promise<unknown>[] = [];
  for (let count = 0; count < 2_001; count++) {
    dropped.push(assert.rejects(on.call().answer(), /dropped/));
  }
  await dropped.at(-1);
  await Promise.all(dropped);
});

Deno.test("writes that are held up leave a connection to reads", () => {
  const on = stage();
  on.call();
  on.wait(5);
  on.call();
  on.wait(5);
  on.call();
  on.call("read");
  assert.deepEqual(on.chosen, ["a", "b", "c"]);
});

Deno.test("searches keep to the middle", () => {
  const on = stage();
  on.call("search");
  on.wait(5);
  on.call("search"); // waits
  on.call("read");
  on.call("write");
  assert.deepEqual(on.chosen, ["b", "a", "a"]);
});

for (const count of [1, 2, 3, 4]) {
  Deno.test(`${count} connections serve every kind of call`, async () => {
    const connections = Array.from({ length: count }, (_, at) => at);
    const lanes = new Lanes(connections, () => new Error("dropped"));
    for (const kind of ["read", "write", "search"] as const) {
      await lanes.run(() => Promise.resolve(), kind);
    }
  });
}

Deno.test("a call that fails is over", async () => {
  const on = stage();
  const call = on.call();
  on.wait(5);
  await assert.rejects(call.fail(), /gone/);
  on.call();
  assert.deepEqual(on.chosen, ["a", "a"]);
});

/** Who was let in has begun, and what keeps a pace was looked at once more. */
function turnsTaken(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("a crowded project leaves room for another one, and fills it again when that has gone", async () => {
  const on = stage();
  const crowd = Array.from({ length: 10 }, () => on.call("write", "crowded"));
  assert.equal(on.chosen.length, 10);
  on.call("write", "quiet");
  assert.equal(on.chosen.length, 11);
  const late = Array.from({ length: 10 }, () => on.call("write", "crowded"));
  assert.equal(on.chosen.length, 11, "those of the crowd wait");
  await on.call("write", "quiet").answer();
  assert.equal(on.chosen.length, 12, "the other one does not");
  on.call("read", "crowded");
  assert.equal(on.chosen.length, 13, "nor do the crowd's readers");
  for (const call of crowd) await call.answer();
  await turnsTaken();
  assert.equal(on.chosen.length, 14, "the first of its queue follows at once");
  await turnsTaken();
  assert.equal(on.chosen.length, 14, "the next one keeps a pace");
  on.wait(1);
  await turnsTaken();
  on.wait(1);
  await turnsTaken();
  assert.equal(on.chosen.length, 15, "and two are under way, no more");
  on.wait(1_000);
  for (const call of late.slice(0, 1)) await call.answer();
  await turnsTaken();
  assert.ok(on.chosen.length > 16, "nobody else has called for a second");
  for (const call of late) call.answer();
});

Deno.test("a project whose queue is full has a queue of its own", async () => {
  const on = stage();
  on.call("write", "quiet");
  for (let count = 0; count < 504; count++) on.call("write", "crowded");
  await assert.rejects(on.call("write", "crowded").answer(), /dropped/);
  await on.call("write", "quiet").answer();
});
