import assert from "node:assert/strict";
import { literal } from "./transaction.ts";

Deno.test("text becomes one SQL literal, whatever it holds", () => {
  assert.equal(literal("it's"), "'it''s'");
  assert.equal(literal("a\\'b"), " E'a\\\\''b'");
  assert.equal(literal("a\0b"), "'ab'");
  assert.equal(literal(""), "''");
});
