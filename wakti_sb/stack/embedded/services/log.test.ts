import assert from "node:assert/strict";
import { oneLine, redact } from "./log.ts";

Deno.test("an error is one line, with its code and without its stack", () => {
  const error = Object.assign(new Error("first\nsecond"), { code: "42501" });
  assert.equal(oneLine(error), "42501: first");
  assert.equal(oneLine("text"), "text");
  assert.equal(oneLine(undefined), "undefined");
});

Deno.test("nothing that opens a door reaches the log", () => {
  assert.equal(redact("key sb_secret_aB-9_x!"), "key sb_secret_…!");
  assert.equal(
    redact("Bearer eyJhbGciOi.eyJzdWIi.c2ln_-x end"),
    "Bearer … end",
  );
  assert.equal(
    redact("postgresql://postgres:hidden@127.0.0.1:5432/postgres"),
    "postgresql://postgres:…@127.0.0.1:5432/postgres",
  );
});
