import assert from "node:assert/strict";

import { RefusedCallers } from "./refused.ts";
import { projectId, stage } from "./stand_ins.test.ts";

const refusal = {
  status: 429,
  code: "rate_limited",
  body: null,
  cors: "*",
  retry_after: 30,
};

function from(
  client: string,
  { project = "p", origin = null as string | null } = {},
) {
  return [project, origin, client, null];
}

Deno.test("a refusal is believed for a quarter of a second, and then asked for again", () => {
  let now = 0;
  const refused = new RefusedCallers(() => now);
  refused.keep("submit", from("192.0.2.1"), refusal);
  now = 249;
  assert.equal(refused.of("submit", from("192.0.2.1"))?.row.retry_after, 30);
  now = 250;
  assert.equal(refused.of("submit", from("192.0.2.1")), undefined);
});

Deno.test("a refusal is no other caller's, project's, origin's or limit's", () => {
  const refused = new RefusedCallers(() => 0);
  refused.keep("submit", from("192.0.2.1"), refusal);
  assert.equal(refused.of("submit", from("192.0.2.2")), undefined);
  assert.equal(
    refused.of("submit", from("192.0.2.1", { project: "q" })),
    undefined,
  );
  assert.equal(
    refused.of("submit", from("192.0.2.1", { origin: "https://a.example" })),
    undefined,
  );
  assert.equal(refused.of("create_item", from("192.0.2.1")), undefined);
  assert.equal(refused.of("begin_login", from("192.0.2.1")), undefined);
});

Deno.test("writes share a refusal, as they share a limit; an owner has none", () => {
  const refused = new RefusedCallers(() => 0);
  refused.keep("create_item", from("192.0.2.1"), refusal);
  assert.equal(refused.of("delete_item", from("192.0.2.1"))?.row.status, 429);
  assert.equal(
    refused.of("create_item", ["p", null, "192.0.2.1", "owner"]),
    undefined,
  );
});

Deno.test("what ends within a second, and any other refusal, is not believed", () => {
  const refused = new RefusedCallers(() => 0);
  refused.keep("submit", from("192.0.2.1"), { ...refusal, retry_after: 1 });
  refused.keep("submit", from("192.0.2.2"), {
    ...refusal,
    status: 403,
    code: "backend_disabled",
  });
  assert.equal(refused.of("submit", from("192.0.2.1")), undefined);
  assert.equal(refused.of("submit", from("192.0.2.2")), undefined);
});

Deno.test("a flood of forms asks the database once for a refusal, and is told when to come back", async () => {
  const on = stage();
  on.rows.submit = { status: 429, code: "rate_limited", retry_after: 30 };
  const body = { projectId, action: "submit", data: {} };
  const told: (string | null)[] = [];
  for (let time = 0; time < 5; time++) {
    const answer = await on.send("POST", body, {
      "cf-connecting-ip": "192.0.2.60",
    });
    assert.equal(answer.status, 429);
    told.push(answer.headers.get("retry-after"));
  }
  assert.equal(on.calls.length, 1);
  assert.deepEqual(told, Array(5).fill("30"));
});

Deno.test("a caller that asks on and on is answered slowly, and another one at once", () => {
  const refused = new RefusedCallers(() => 0);
  refused.keep("submit", from("192.0.2.1"), refusal);
  refused.keep("submit", from("192.0.2.2"), refusal);
  const pauses = Array.from(
    { length: 7 },
    () => refused.of("submit", from("192.0.2.1"))?.pause,
  );
  assert.deepEqual(pauses, [0, 0, 0, 0, 0, 100, 100]);
  assert.equal(refused.of("submit", from("192.0.2.2"))?.pause, 0);
});
