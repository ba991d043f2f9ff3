import assert from "node:assert/strict";
import { parseDuration, readAttributes } from "./user_attributes.ts";

Deno.test("what is not said is left out", () => {
  const attributes = readAttributes({ email: "", phone: null });
  assert.equal(attributes.email, undefined);
  assert.equal(attributes.emailConfirm, false);
  assert.equal(attributes.banSeconds, undefined);
});

Deno.test("addresses are lower case and numbers have no plus", () => {
  const { email, phone } = readAttributes({
    email: "Ada@Example.com",
    phone: "+491234567",
  });
  assert.deepEqual([email, phone], ["ada@example.com", "491234567"]);
});

Deno.test("durations are Go's", () => {
  assert.equal(parseDuration("none"), 0);
  assert.equal(parseDuration("1h30m"), 5400);
  assert.equal(parseDuration("1.5s"), 1.5);
  for (const text of ["", "soon", "5", "1d", "-1h"]) {
    assert.throws(() => parseDuration(text), { status: 400 });
  }
});
