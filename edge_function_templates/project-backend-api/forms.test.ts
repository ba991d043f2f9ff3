import assert from "node:assert/strict";

import { isUuid } from "./schemas.ts";
import { projectId, stage } from "./stand_ins.test.ts";

Deno.test("a submission goes to the database in one call, with where it came from", async () => {
  const on = stage();
  await on.send(
    "POST",
    { action: "submit", formName: "newsletter", data: { email: "a@b.c" } },
    { origin: "https://shop.example.com", "cf-connecting-ip": "192.0.2.7" },
  );
  const [call, ...others] = on.calls;
  assert.deepEqual(others, []);
  assert.ok(isUuid(call?.at(-1)));
  assert.deepEqual(call?.slice(0, -1), [
    "submit",
    projectId,
    "https://shop.example.com",
    "192.0.2.7",
    "newsletter",
    '{"email":"a@b.c"}',
    null,
  ]);
});

Deno.test("a form without a name is the contact form", async () => {
  const on = stage();
  await on.send("POST", { action: "submit", data: {} });
  assert.equal(on.calls[0]?.[4], "contact");
});
