import assert from "node:assert/strict";

import { projectId, stage } from "./stand_ins.test.ts";
import { tokenHash } from "./tokens.ts";

const action = "collection/products";

Deno.test("a plain list takes the short way, a thousand items at most", async () => {
  const on = stage();
  await on.send("GET", { action });
  assert.deepEqual(on.calls, [
    [
      "list_items",
      projectId,
      null,
      null,
      null,
      null,
      "products",
      1000,
      0,
      0,
    ],
  ]);
});

Deno.test("filters and order travel as parameters", async () => {
  const on = stage();
  await on.send("GET", {
    action,
    limit: 5,
    offset: 10,
    order: "data.price.desc",
    "where.kind": "x'; drop table items; --",
    "where.__proto__": "1",
  });
  assert.deepEqual(on.calls[0]?.slice(0, 1), ["search_items"]);
  const [limit, offset, question, weight] = on.calls[0]?.slice(7) ?? [];
  assert.deepEqual([limit, offset, weight], [5, 10, 0]);
  assert.deepEqual(JSON.parse(String(question)), {
    filters: [["where", "kind", "x'; drop table items; --"], [
      "where",
      "__proto__",
      "1",
    ]],
    order: "data",
    field: "price",
    descending: true,
  });
});

Deno.test("a visitor's token may travel in the query of a list", async () => {
  const on = stage();
  await on.send("GET", { action, token: "abc" });
  assert.deepEqual(on.calls[0]?.[5], tokenHash("abc"));
});

Deno.test("a Host header that is none stops nobody", async () => {
  const on = stage();
  const request = new Request("http://site.test/");
  const url = `http://a b/?projectId=${projectId}&action=${action}&where.a=1`;
  Object.defineProperty(request, "url", { value: url });
  assert.equal((await on.app(request)).status, 200);
  assert.equal(on.calls[0]?.[9], '{"filters":[["where","a","1"]]}');
});

for (
  const query of [
    { limit: "0" },
    { limit: "1001" },
    { limit: "ten" },
    { offset: "-1" },
    { order: "price" },
    { order: "created_at.up" },
    { order: "data." },
    { id: "7" },
    { "where.": "x" },
    { "where.field": "\0" },
  ]
) {
  Deno.test(`${JSON.stringify(query)} is no query of a list`, async () => {
    const on = stage();
    const answer = await on.send("GET", { action, ...query });
    assert.equal(answer.status, 400);
    assert.equal((await answer.json()).code, "invalid_field");
    assert.deepEqual(on.calls, []);
  });
}

Deno.test("an item's token is taken from the header or the body, and only its hash goes on", async () => {
  const on = stage();
  await on.send("POST", { action, data: {}, token: "secret-token" });
  await on.send("POST", { action, data: {} }, {
    "x-site-token": "secret-token",
  });
  const [inBody, inHeader] = on.calls.map((call) => call[5]);
  assert.ok(inBody instanceof Uint8Array);
  assert.equal(inBody.length, 32);
  assert.deepEqual(inBody, inHeader);
  assert.doesNotMatch(JSON.stringify(on.calls), /secret-token/);
});

Deno.test("data over 256 KiB is too large, whatever its characters weigh", async () => {
  const on = stage();
  const fits = "é".repeat(131_000);
  const over = "é".repeat(131_072);
  const small = await on.send("POST", { action, data: { text: fits } });
  const large = await on.send("POST", { action, data: { text: over } });
  assert.equal(small.status, 200);
  assert.equal(large.status, 413);
  assert.equal((await large.json()).code, "body_too_large");
});

Deno.test("a caller whose token is dead hears that, not that it is a stranger", async () => {
  const on = stage();
  on.rows.update_item = { status: 403, code: "not_permitted" };
  const fields = { action, id: projectId, data: {} };
  const stranger = await on.send("PUT", fields);
  on.bearer = { user: null, isDead: true };
  const expired = await on.send("PUT", fields);
  assert.equal((await stranger.json()).code, "not_permitted");
  assert.equal(expired.status, 401);
  assert.equal((await expired.json()).code, "invalid_token");
});

Deno.test("a refusal of the data says which field", async () => {
  const on = stage();
  on.rows.create_item = {
    status: 422,
    code: "invalid_data",
    body: 'Field "price" must be of type number',
  };
  const answer = await on.send("POST", { action, data: { price: "9" } });
  assert.deepEqual(await answer.json(), {
    error: 'Field "price" must be of type number',
    code: "invalid_data",
  });
});
