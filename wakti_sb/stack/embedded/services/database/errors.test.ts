import assert from "node:assert/strict";
import { asPostgrestError, isConnectionLost, statusOf } from "./errors.ts";

function failure(code: string, message = "no") {
  return Object.assign(new Error(message), { code });
}

Deno.test("an SQLSTATE has PostgREST's status", () => {
  const statuses = {
    "23502": 400,
    "23505": 409,
    "42P01": 404,
    "57014": 500,
    "53300": 503,
    "P0001": 400,
    "P0002": 500,
    "PT402": 402,
    "PT999": 400,
    "22P02": 400,
  };
  for (const [code, status] of Object.entries(statuses)) {
    assert.equal(statusOf(code), status, code);
  }
});

Deno.test("a lost connection is recognised, with a code or without", () => {
  assert.ok(isConnectionLost(failure("57P01")));
  assert.ok(isConnectionLost(failure("ECONNREFUSED")));
  assert.ok(isConnectionLost(new Error("Connection terminated unexpectedly")));
  assert.ok(!isConnectionLost(failure("42501")));
  assert.ok(!isConnectionLost(new Error("another")));
});

Deno.test("an error is spelled out for Lite", () => {
  assert.deepEqual(asPostgrestError(failure("23514", "broken")), {
    code: "PGRST",
    message: '{"code":"23514","message":"broken"}',
    detail: '{"status":400,"headers":{}}',
  });
  const other = new Error("not of the database");
  assert.equal(asPostgrestError(other), other);
});
