import assert from "node:assert/strict";

import { stage } from "./stand_ins.test.ts";

/** Lists that a client asks for, one after the other; the weights that reach the database. */
async function list(
  on: ReturnType<typeof stage>,
  client: string,
  times: number,
): Promise<number[]> {
  const statuses: number[] = [];
  for (let time = 0; time < times; time++) {
    const answer = await on.send("GET", { action: "collection/a" }, {
      "cf-connecting-ip": client,
    });
    statuses.push(answer.status);
  }
  return statuses;
}

Deno.test("the database hears of every fiftieth read, for all fifty", async () => {
  const on = stage();
  await list(on, "192.0.2.50", 101);
  const weights = on.calls.map((call) => call.at(-1));
  assert.deepEqual(weights.filter((weight) => weight !== 0), [50, 50]);
  assert.deepEqual([weights[48], weights[49]], [0, 50]);
});

Deno.test("who is over the limit is refused without the database, others are not", async () => {
  const on = stage();
  on.rows.list_items = { status: 429, code: "rate_limited", retry_after: 30 };
  await list(on, "192.0.2.51", 50);
  on.calls.length = 0;
  const answer = await on.send("GET", { action: "collection/a" }, {
    "cf-connecting-ip": "192.0.2.51",
  });
  assert.equal(answer.status, 429);
  assert.ok(Number(answer.headers.get("retry-after")) <= 30);
  assert.deepEqual(on.calls, []);
  on.rows.list_items = {};
  assert.deepEqual(await list(on, "192.0.2.52", 1), [200]);
});
