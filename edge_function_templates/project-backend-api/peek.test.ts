import assert from "node:assert/strict";

import { peek } from "./peek.ts";

function seen(text: string): Partial<Record<string, string>> {
  return { ...peek(new TextEncoder().encode(text), ["projectId", "action"]) };
}

for (
  const text of [
    '{"projectId":"a","action":"submit"}',
    ' { "projectId" : "a" ,\n"action":"submit", "data": [{"projectId":"b"}] }',
    '{"data":{"projectId":"b","x":["action","c"]},"projectId":"a","action":"submit"}',
    '{"projectId":"b","projectId":"a","action":"submit"}',
    '{"\\u0070rojectId":"a","action":"sub\\u006dit"}',
    '{"note":"\\"projectId\\":\\"b\\"","projectId":"a","action":"submit"}',
    '{"a":"projectId","projectId":"a","action":"submit","b":"c"}',
    `{"${"x".repeat(10_000)}":"b","projectId":"a","action":"submit"}`,
  ]
) {
  Deno.test(`sees what JSON.parse would give in ${text.slice(0, 80)}`, () => {
    const { projectId, action } = JSON.parse(text);
    assert.deepEqual({ projectId, action }, {
      projectId: "a",
      action: "submit",
    });
    assert.deepEqual(seen(text), { projectId, action });
  });
}

for (
  const text of [
    "",
    "[]",
    '["projectId","a"]',
    '[{"projectId":"a"}]',
    '{"projectId":7,"action":{"a":"submit"}}',
    '{"projectId":["a"]}',
    '{"project',
    '"projectId":"a"',
  ]
) {
  Deno.test(`sees nothing in ${text.slice(0, 80)}`, () => {
    const { projectId, action } = seen(text);
    assert.deepEqual([projectId, action], [undefined, undefined]);
  });
}

Deno.test("a text that is too long is as good as an empty one", () => {
  assert.equal(seen(`{"projectId":"${"x".repeat(300)}"}`).projectId, "");
});

Deno.test("a megabyte costs a look", () => {
  const bytes = new TextEncoder().encode(
    `{"data":[${'{"a":1},'.repeat(130_000)}0],"projectId":"a"}`,
  );
  const started = performance.now();
  assert.deepEqual({ ...peek(bytes, ["projectId"]) }, { projectId: "a" });
  assert.ok(performance.now() - started < 1_000);
});
