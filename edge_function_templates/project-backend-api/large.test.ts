import assert from "node:assert/strict";

import { projectId, stage } from "./stand_ins.test.ts";

const over = { a: "x".repeat(64 * 1024) };

Deno.test("a large body asks the gates before it is parsed", async () => {
  const on = stage();
  on.rows.knock = { status: 403, code: "backend_disabled" };
  const answer = await on.app(
    new Request("http://site.test/", {
      method: "POST",
      // No JSON at its end: who parses it first would say so.
      body:
        `{"projectId":"${projectId}","action":"submit","data":{"a":"${over.a}`,
    }),
  );
  assert.equal(answer.status, 403);
  assert.equal((await answer.json()).code, "backend_disabled");
  assert.deepEqual(on.calls.map(([name]) => name), ["knock"]);
});

for (
  const [action, feature] of [
    ["submit", "forms"],
    ["collection/products", "collections"],
    ["auth/me", "auth"],
  ] as const
) {
  Deno.test(`a large ${action} is asked about by its switch`, async () => {
    const on = stage();
    on.bearer = { user: "owner", isDead: false };
    await on.send("POST", { action, data: { ...over, token: "t" } }, {
      origin: "https://shop.example.com",
    });
    assert.deepEqual(on.calls[0], [
      "knock",
      projectId,
      "https://shop.example.com",
      null,
      "owner",
      feature,
    ]);
    assert.equal(on.calls.length, 2);
  });
}

Deno.test("a body that is not large is not asked about twice", async () => {
  const on = stage();
  await on.send("POST", { action: "submit", data: { a: "x".repeat(60_000) } });
  assert.deepEqual(on.calls.map(([name]) => name), ["submit"]);
});

for (
  const [project, code] of [
    [undefined, "missing_field"],
    ["x", "invalid_project_id"],
    [7, "missing_field"],
    ["x".repeat(1000), "invalid_project_id"],
  ] as const
) {
  Deno.test(`a large body for the project ${`${project}`.slice(0, 9)} is refused unparsed`, async () => {
    const on = stage();
    const answer = await on.send("POST", {
      projectId: project,
      action: "submit",
      data: over,
    });
    assert.equal((await answer.json()).code, code);
    assert.deepEqual(on.calls, []);
  });
}
