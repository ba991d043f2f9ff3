import assert from "node:assert/strict";
import { requestSettings } from "./request_settings.ts";

const claims = { sub: "5", role: "authenticated", email: "a@example.com" };

Deno.test("a request's statements see who asks and what", () => {
  const request = new Request("http://localhost/rest/v1/rpc/f?a=1", {
    method: "POST",
    headers: { cookie: "a=1; b=x=y", "x-custom": "yes" },
  });
  const settings = Object.fromEntries(
    requestSettings("authenticated", claims, request, []),
  );
  assert.equal(settings["request.jwt.claims"], JSON.stringify(claims));
  assert.equal(settings["request.jwt.claim.sub"], "5");
  assert.equal(settings["request.method"], "POST");
  assert.equal(settings["request.path"], "/rpc/f");
  assert.equal(settings["request.cookies"], '{"a":"1","b":"x=y"}');
  assert.equal(JSON.parse(settings["request.headers"]!)["x-custom"], "yes");
  assert.equal(settings["transaction_read_only"], undefined);
});

Deno.test("the role is the last to change, and a read cannot write", () => {
  const request = new Request("http://localhost/rest/v1/t");
  const settings = requestSettings("anon", {}, request, [
    ["statement_timeout", "3s"],
  ]);
  assert.deepEqual(settings.at(-1), ["role", "anon"]);
  assert.deepEqual(settings.at(-2), ["statement_timeout", "3s"]);
  assert.equal(Object.fromEntries(settings)["transaction_read_only"], "on");
});
