import assert from "node:assert/strict";
import postgres from "postgres";

import { bodyOf, connect } from "./database.ts";
import { translate } from "./database_errors.ts";

function failure(code: string, Kind: typeof Error = Error): Error {
  return Object.assign(new Kind("some text of the server's"), { code });
}

for (
  const [what, error, expected] of [
    ["a refused connection", failure("ECONNREFUSED"), "database_unavailable"],
    [
      "a closed connection",
      failure("CONNECTION_CLOSED"),
      "database_unavailable",
    ],
    ["a shutdown", serverError("57P01"), "database_unavailable"],
    ["too many connections", serverError("53300"), "database_unavailable"],
    ["a statement timeout", serverError("57014"), "database_unavailable"],
    ["a deadlock, twice", serverError("40P01"), "database_unavailable"],
    ["a call that came too late", serverError("WKLTE"), "database_unavailable"],
    ["a lock timeout", serverError("55P03"), "database_unavailable"],
    [
      "a database that is being made anew",
      serverError("3D000"),
      "database_unavailable",
    ],
    ["a wrong password", serverError("28P01"), "database_unavailable"],
    ["a text that cannot be stored", serverError("22P05"), "invalid_field"],
    ["a number out of range", serverError("22003"), "invalid_field"],
    ["a check of a table", serverError("23514"), "invalid_data"],
    ["a project that went away", serverError("23503"), "backend_not_enabled"],
    ["a missing function", serverError("42883"), "internal_error"],
    ["a mistake of ours", new TypeError("x is undefined"), "internal_error"],
  ] as const
) {
  Deno.test(`${what} becomes ${expected}`, () => {
    const refusal = translate(error);
    assert.equal(refusal.code, expected);
    assert.doesNotMatch(refusal.message, /server's|undefined/);
    const waits = refusal.details.retryAfter !== undefined;
    assert.equal(waits, expected === "database_unavailable");
  });
}

function serverError(code: string): Error {
  return failure(code, postgres.PostgresError as unknown as typeof Error);
}

Deno.test("a code that the database invents is our mistake", () => {
  const row = { body: null, cors: null, retry_after: null };
  assert.throws(
    () => bodyOf({ ...row, status: 403, code: "no_such_code" }),
    { code: "internal_error" },
  );
});

Deno.test("nobody at the database's address means it is unavailable", async () => {
  const database = connect("postgresql://wakti_edge:x@127.0.0.1:9/x", true);
  try {
    await assert.rejects(database.ping(), { code: "database_unavailable" });
  } finally {
    await database.close();
  }
});
