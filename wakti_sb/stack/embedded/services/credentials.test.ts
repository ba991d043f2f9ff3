import assert from "node:assert/strict";
import { apiKeyOf, bearerOf, looksLikeToken } from "./credentials.ts";
import { credentials } from "./stand_in.ts";

const now = Math.floor(Date.now() / 1000);

Deno.test("keys of both generations open the same doors", () => {
  assert.equal(credentials.kind("sb_publishable_a"), "publishable");
  assert.equal(credentials.kind("anon"), "publishable");
  assert.equal(credentials.kind("sb_secret_a"), "secret");
  assert.equal(credentials.kind("service"), "secret");
  assert.equal(credentials.kind("sb_secret_b"), null);
  assert.equal(credentials.kind(""), null);
});

Deno.test("a token of ours is believed", async () => {
  const token = await credentials.sign({ sub: "a", iat: now, exp: now + 60 });
  assert.equal((await credentials.verify(token)).sub, "a");
});

Deno.test("a token that was found good is refused when it has run out since", async () => {
  const exp = Math.floor(Date.now() / 1000) + 1;
  const token = await credentials.sign({ sub: "a", iat: now, exp });
  await credentials.verify(token);
  await new Promise((resolve) => setTimeout(resolve, exp * 1000 - Date.now()));
  await assert.rejects(credentials.verify(token), { reason: "expired" });
});

Deno.test("other tokens are not", async () => {
  const old = await credentials.sign({ iat: now - 60, exp: now - 30 });
  const good = await credentials.sign({ iat: now, exp: now + 60 });
  const [head, body] = good.split(".");
  const none = `${btoa('{"alg":"none"}').replaceAll("=", "")}.${body}.`;
  for (
    const [token, reason] of [
      [old, "expired"],
      [`${head}.${body}.AAAA`, "signature"],
      [none, "signature"],
      ["nonsense", "malformed"],
      ["", "malformed"],
    ] as const
  ) {
    await assert.rejects(credentials.verify(token), { reason });
  }
});

Deno.test("a key is found in the header or in the query", () => {
  const url = new URL("http://localhost/?apikey=query");
  const headers = { apikey: "header" };
  assert.equal(apiKeyOf(new Request(url, { headers }), url), "header");
  assert.equal(apiKeyOf(new Request(url), url), "query");
  const bare = new URL("http://localhost/");
  assert.equal(apiKeyOf(new Request(bare), bare), null);
});

Deno.test("a token is what follows Bearer, unless it is a key", () => {
  const bearer = (authorization: string) =>
    bearerOf(new Request("http://localhost/", { headers: { authorization } }));
  assert.equal(bearer("Bearer a.b.c"), "a.b.c");
  assert.equal(bearer("bearer nonsense"), "nonsense");
  assert.equal(bearer("Bearer sb_publishable_a"), null);
  assert.equal(bearer("Basic YTpi"), null);
  assert.equal(bearer("Bearer "), null);
});

Deno.test("a token has three parts", () => {
  assert.equal(looksLikeToken("a.b.c"), true);
  for (const other of ["a", "a.b", "a..c", "a.b.c.d", ".."]) {
    assert.equal(looksLikeToken(other), false);
  }
});
