import assert from "node:assert/strict";
import { isConnectionLost } from "./errors.ts";

function failure(code: string, message = "no") {
  return Object.assign(new Error(message), { code });
}

Deno.test("a lost connection is recognised, with a code or without", () => {
  assert.ok(isConnectionLost(failure("57P01")));
  assert.ok(isConnectionLost(failure("ECONNREFUSED")));
  assert.ok(isConnectionLost(new Error("Connection terminated unexpectedly")));
  assert.ok(!isConnectionLost(failure("42501")));
  assert.ok(!isConnectionLost(new Error("another")));
});
