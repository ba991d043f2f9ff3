import assert from "node:assert/strict";

import { projectId, stage } from "./stand_ins.test.ts";

Deno.test("a preflight passes from any origin and names no credentials", async () => {
  const { app, calls, logged } = stage();
  const answer = await app(
    new Request("http://site.test/", {
      method: "OPTIONS",
      headers: { origin: "https://anything.example" },
    }),
  );
  assert.equal(answer.status, 204);
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  assert.match(
    answer.headers.get("access-control-allow-headers") ?? "",
    /authorization.*x-client-info.*apikey.*content-type.*x-site-token/,
  );
  assert.equal(answer.headers.get("access-control-allow-credentials"), null);
  assert.equal(answer.headers.get("vary"), "Origin");
  assert.deepEqual(calls, []);
  assert.deepEqual(logged.map(({ action, status }) => [action, status]), [
    ["preflight", 204],
  ]);
});

Deno.test("an answer names the origin that the gates let through", async () => {
  const on = stage();
  on.rows.submit = { cors: "https://shop.example.com", body: '{"ok":1}' };
  const answer = await on.send("POST", { action: "submit", data: {} }, {
    origin: "https://shop.example.com",
  });
  assert.equal(
    answer.headers.get("access-control-allow-origin"),
    "https://shop.example.com",
  );
  assert.equal(answer.headers.get("vary"), "Origin");
  assert.equal(await answer.text(), '{"ok":1}');
});

Deno.test("a refused origin is named nowhere in the answer", async () => {
  const on = stage();
  on.rows.submit = { status: 403, code: "origin_not_allowed", cors: null };
  const answer = await on.send("POST", { action: "submit", data: {} }, {
    origin: "https://evil.example",
  });
  assert.equal(answer.status, 403);
  assert.equal(answer.headers.get("access-control-allow-origin"), null);
  assert.deepEqual(await answer.json(), {
    error: "Origin not allowed",
    code: "origin_not_allowed",
  });
});

Deno.test("a rate limit says how long to wait", async () => {
  const on = stage();
  on.rows.submit = { status: 429, code: "rate_limited", retry_after: 42 };
  const answer = await on.send("POST", { action: "submit", data: {} });
  assert.equal(answer.status, 429);
  assert.equal(answer.headers.get("retry-after"), "42");
});

Deno.test("an error of ours has an id and tells nothing else", async () => {
  const on = stage();
  on.rows.submit = new TypeError("password is secret123");
  const answer = await on.send("POST", { action: "submit", data: {} });
  const said = await answer.json();
  assert.equal(answer.status, 500);
  assert.deepEqual(Object.keys(said), ["error", "code", "requestId"]);
  assert.equal(said.code, "internal_error");
  const [entry] = on.logged;
  assert.equal(entry?.requestId, said.requestId);
  assert.doesNotMatch(JSON.stringify([said, entry]), /secret123/);
});

Deno.test("a request is logged in one entry without what it carried", async () => {
  const on = stage();
  await on.send("POST", {
    action: "auth/login",
    data: { email: "me@example.com", password: "secret123" },
  });
  assert.equal(on.logged.length, 1);
  const [entry] = on.logged;
  assert.equal(entry?.action, "auth/login");
  assert.equal(entry?.project, projectId);
  assert.doesNotMatch(JSON.stringify(on.logged), /secret123|me@example/);
});

Deno.test("a project's id is logged only if it is one", async () => {
  const on = stage();
  await on.send("POST", { projectId: "secret123", action: "submit", data: {} });
  assert.equal(on.logged[0]?.project, null);
});

Deno.test("an unknown action is not logged by the name that the caller gave it", async () => {
  const on = stage();
  const answer = await on.send("POST", { action: "token=abc" });
  assert.equal((await answer.json()).code, "invalid_action");
  assert.equal(on.logged[0]?.action, "unknown");
});

for (
  const [method, action, allow] of [
    ["GET", "submit", "POST, OPTIONS"],
    ["PUT", "auth/login", "POST, OPTIONS"],
    ["DELETE", "upload/delete", "POST, OPTIONS"],
    ["POST", "health", "GET, OPTIONS"],
  ] as const
) {
  Deno.test(`${method} ${action} is refused with the methods it takes`, async () => {
    const answer = await stage().send(method, { action });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get("allow"), allow);
    assert.equal((await answer.json()).code, "method_not_allowed");
  });
}

Deno.test("a method that no action takes is refused with all that exist", async () => {
  const { app } = stage();
  const answer = await app(
    new Request("http://site.test/", { method: "PATCH", body: "{}" }),
  );
  assert.equal(answer.status, 405);
  assert.equal(
    answer.headers.get("allow"),
    "GET, POST, PUT, DELETE, OPTIONS",
  );
});

for (
  const [fields, code, sentence] of [
    [{ projectId: undefined }, "missing_field", "projectId is required"],
    [{ projectId: "x", action: "submit", data: {} }, "invalid_project_id"],
    [{ projectId: 7, action: "submit", data: {} }, "invalid_project_id"],
    [{}, "invalid_action", "Invalid action"],
    [{ action: 7 }, "invalid_action", "Invalid action"],
    [{ action: "constructor" }, "invalid_action", "Invalid action"],
    [{ action: "collection/a b" }, "invalid_field"],
    [{ action: "submit" }, "missing_field", "data is required"],
    [{ action: "submit", data: [] }, "invalid_field", "data must be an object"],
    [{ action: "submit", data: {}, formName: "a/b" }, "invalid_field"],
    [
      { action: "auth/login", data: { email: "a@b.c" } },
      "missing_field",
      "Email and password required",
    ],
    [
      { action: "auth/me", data: {} },
      "missing_field",
      "data.token is required",
    ],
  ] as const
) {
  Deno.test(`${JSON.stringify(fields)} is refused as ${code} before the database is asked`, async () => {
    const on = stage();
    const answer = await on.send("POST", fields);
    const said = await answer.json();
    assert.equal(answer.status, 400);
    assert.equal(said.code, code);
    if (sentence !== undefined) assert.equal(said.error, sentence);
    assert.deepEqual(on.calls, []);
  });
}

Deno.test("health says whether the database is there", async () => {
  const on = stage();
  const answer = await on.app(
    new Request("http://site.test/?action=health"),
  );
  assert.deepEqual(await answer.json(), { status: "ok" });
});
