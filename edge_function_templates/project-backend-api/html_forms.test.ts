import assert from "node:assert/strict";

import { projectId, stage } from "./stand_ins.test.ts";

const browser = { accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8" };

function post(
  on: ReturnType<typeof stage>,
  body: BodyInit,
  headers: Record<string, string> = {},
  query = "",
): Promise<Response> {
  return on.app(
    new Request(`http://api.test/${query}`, { method: "POST", body, headers }),
  );
}

function encoded(fields: readonly (readonly [string, string])[]) {
  return new URLSearchParams(fields.map(([name, value]) => [name, value]));
}

const form = [["projectId", projectId], ["action", "submit"]] as const;

Deno.test("a page's form is a submission, with a list where a name is repeated", async () => {
  const on = stage();
  const fields = [
    ...form,
    ["formName", "order"],
    ["الاسم", "سارة"],
    ["dish", "soup"],
    ["dish", "tea"],
    ["__proto__", "x"],
  ] as const;
  const answer = await post(on, encoded(fields));
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "application/json");
  assert.equal(on.calls[0]?.[0], "submit");
  assert.equal(on.calls[0]?.[4], "order");
  assert.equal(
    on.calls[0]?.[5],
    '{"الاسم":"سارة","dish":["soup","tea"],"__proto__":"x"}',
  );
});

Deno.test("a multipart form with action=submit keeps every field, wherever the action stands", async () => {
  for (const query of ["", "?action=submit"]) {
    const on = stage();
    const body = new FormData();
    body.append("name=;<b>", "a=b;<c>");
    body.append("projectId", projectId);
    if (!query) body.append("action", "submit");
    body.append("photo", new File([], ""));
    const answer = await post(on, body, {}, query);
    assert.equal(answer.status, 200, await answer.text());
    const call = on.calls.find(([name]) => name === "submit");
    assert.equal(call?.[5], '{"name=;<b>":"a=b;<c>"}');
    assert.deepEqual(on.stored, []);
  }
});

Deno.test("a file in such a form is refused and nothing is stored", async () => {
  for (const query of ["", "?action=submit"]) {
    const on = stage();
    on.rows.begin_form_files = { status: 415, code: "file_not_allowed" };
    const body = new FormData();
    body.append("action", "submit");
    body.append("projectId", projectId);
    body.append("file", new File(["x"], "x.txt"));
    const answer = await post(on, body, {}, query);
    assert.equal(answer.status, 415);
    assert.deepEqual(on.calls.map(([name]) => name), ["begin_form_files"]);
    assert.deepEqual(on.stored, []);
  }
});

Deno.test("a browser is sent on where its own origin may call, and thanked elsewhere", async () => {
  const on = stage();
  on.rows.submit = { cors: "https://shop.example.com" };
  on.rows.may_call = { status: 403, code: "origin_not_allowed" };
  const headers = { ...browser, origin: "https://shop.example.com" };
  const to = (next: string) =>
    post(on, encoded([...form, ["_next", next]]), headers);
  const sent = await to("/thanks?a=1");
  assert.equal(sent.status, 303);
  assert.equal(
    sent.headers.get("location"),
    "https://shop.example.com/thanks?a=1",
  );
  for (
    const next of [
      "https://evil.example",
      "//evil.example/",
      "javascript:alert(1)",
      "https://shop.example.com.evil.example/",
    ]
  ) {
    const answer = await to(next);
    assert.equal(answer.status, 200, next);
    assert.equal(answer.headers.get("location"), null);
    assert.match(await answer.text(), /Thank you/);
  }
});

Deno.test("thanks are in the visitor's language and run nothing", async () => {
  const on = stage();
  const answer = await post(on, encoded(form), {
    ...browser,
    "accept-language": "ar-OM,en;q=0.5",
  });
  assert.match(await answer.text(), /dir="rtl".*شكرًا/);
  assert.equal(
    answer.headers.get("content-security-policy"),
    "default-src 'none'",
  );
});

Deno.test("a refusal of such a form says why, as JSON", async () => {
  const on = stage();
  const answer = await post(on, encoded([["action", "submit"]]), browser);
  assert.equal(answer.status, 400);
  assert.equal((await answer.json()).error, "projectId is required");
  const other = encoded([["projectId", projectId], ["action", "auth/login"]]);
  assert.equal((await post(on, other)).status, 400);
  assert.deepEqual(on.calls, []);
});

Deno.test("a form of too many fields is refused, one of the most is taken", async () => {
  const fill = (count: number) =>
    encoded([
      ...form,
      ...Array.from({ length: count }, (_, at) => [`f${at}`, "x"] as const),
    ]);
  assert.equal((await post(stage(), fill(254))).status, 200);
  assert.equal((await post(stage(), fill(255))).status, 400);
});
