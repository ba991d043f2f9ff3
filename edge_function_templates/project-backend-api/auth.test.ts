import assert from "node:assert/strict";

import { hashPassword } from "./passwords.ts";
import { stage } from "./stand_ins.test.ts";
import { tokenHash } from "./tokens.ts";

const user = '{"id":"u","email":"a@b.cc","name":null}';
const data = { email: " A@b.cc ", password: "secret123" };

Deno.test("a sign-up asks the gates before it hashes, and hands out a token", async () => {
  const on = stage();
  on.rows.finish_signup = { body: user };
  const answer = await on.send("POST", { action: "auth/signup", data });
  const said = await answer.json();
  assert.deepEqual(on.calls.map(([name]) => name), [
    "begin_signup",
    "finish_signup",
  ]);
  assert.deepEqual(said.user, JSON.parse(user));
  assert.match(said.token, /^[A-Za-z0-9_-]{43}$/);
  assert.deepEqual(on.calls[1]?.[5], tokenHash(said.token));
  assert.doesNotMatch(JSON.stringify(on.calls), /secret123/);
});

Deno.test("a sign-up that the gates refuse is not hashed", async () => {
  const on = stage();
  on.rows.begin_signup = { status: 409, code: "email_taken" };
  const answer = await on.send("POST", { action: "auth/signup", data });
  assert.equal(answer.status, 409);
  assert.equal(on.calls.length, 1);
});

for (const password of ["short", "x".repeat(257)]) {
  Deno.test(`a sign-up with a password of ${password.length} characters is refused`, async () => {
    const answer = await stage().send("POST", {
      action: "auth/signup",
      data: { ...data, password },
    });
    assert.equal((await answer.json()).code, "invalid_field");
  });
}

for (
  const email of [
    "plain",
    "a@b",
    "a b@c.dd",
    "@b.cc",
    "x".repeat(250) + "@b.cc",
  ]
) {
  Deno.test(`${email.slice(0, 10)} is no e-mail`, async () => {
    const answer = await stage().send("POST", {
      action: "auth/signup",
      data: { ...data, email },
    });
    assert.equal((await answer.json()).code, "invalid_field");
  });
}

Deno.test("a wrong password and an unknown e-mail get the same answer", async () => {
  const on = stage();
  on.rows.begin_login = {
    body: JSON.stringify({ id: "u", hash: await hashPassword("other", 10) }),
  };
  const wrong = await on.send("POST", { action: "auth/login", data });
  on.rows.begin_login = { body: null };
  const unknown = await on.send("POST", { action: "auth/login", data });
  assert.equal(wrong.status, 401);
  assert.equal(unknown.status, 401);
  assert.deepEqual(await wrong.json(), {
    error: "Invalid email or password",
    code: "invalid_credentials",
  });
  assert.equal((await unknown.json()).code, "invalid_credentials");
  assert.deepEqual(on.calls.map(([name]) => name), [
    "begin_login",
    "begin_login",
  ]);
});

Deno.test("a login keeps a strong hash and renews a weak one", async () => {
  const on = stage();
  on.rows.finish_login = { body: user };
  for (const [iterations, renews] of [[10, false], [5, true]] as const) {
    const hash = await hashPassword(data.password, iterations);
    on.rows.begin_login = { body: JSON.stringify({ id: "u", hash }) };
    const answer = await on.send("POST", { action: "auth/login", data });
    assert.equal(answer.status, 200);
    const [, , , matched, renewed] = on.calls.at(-1) ?? [];
    assert.equal(matched, hash);
    assert.equal(renewed !== null, renews);
  }
});

for (
  const [what, password, status] of [
    ["renewed by another login", data.password, 200],
    ["of another password since", "changed-password", 401],
  ] as const
) {
  Deno.test(`a hash that is ${what} is compared once more`, async () => {
    const on = stage();
    const old = await hashPassword(data.password, 5);
    const kept = await hashPassword(password, 10);
    on.rows.begin_login = { body: JSON.stringify({ id: "u", hash: old }) };
    const answers = [
      { status: 409, code: "hash_changed", body: kept },
      { body: user },
    ];
    Object.defineProperty(on.rows, "finish_login", {
      get: () => answers.shift(),
    });
    const answer = await on.send("POST", { action: "auth/login", data });
    assert.equal(answer.status, status);
    const matched = on.calls.slice(1).map((call) => call[3]);
    assert.deepEqual(matched, status === 200 ? [old, kept] : [old]);
  });
}

for (
  const [what, password, status] of [
    ["the same password", data.password, 200],
    ["another password", "another-password", 409],
  ] as const
) {
  Deno.test(`a sign-up that is repeated with ${what} ends in ${status}`, async () => {
    const kept = JSON.stringify({
      id: "u",
      hash: await hashPassword(data.password, 10),
    });
    const taken = { status: 409, code: "email_taken", body: kept };
    for (
      const row of [{ begin_signup: { body: kept } }, { finish_signup: taken }]
    ) {
      const on = stage();
      Object.assign(on.rows, row, { finish_login: { body: user } });
      const answer = await on.send(
        "POST",
        { action: "auth/signup", data: { ...data, password } },
        { "idempotency-key": "k" },
      );
      assert.equal(answer.status, status);
      assert.equal("token" in await answer.json(), status === 200);
    }
  });
}

for (const password of ["🔑".repeat(4), "🔑".repeat(257)]) {
  Deno.test(`${[...password].length} characters beyond 16 bits are counted as such`, async () => {
    const answer = await stage().send("POST", {
      action: "auth/signup",
      data: { ...data, password },
    });
    assert.equal((await answer.json()).code, "invalid_field");
  });
}

for (const password of ["🔑".repeat(8), "🔑".repeat(256)]) {
  Deno.test(`a password of ${[...password].length} characters beyond 16 bits is taken`, async () => {
    const on = stage();
    on.rows.finish_signup = { body: user };
    const answer = await on.send("POST", {
      action: "auth/signup",
      data: { ...data, password },
    });
    assert.equal(answer.status, 200);
  });
}

for (
  const email of [
    "a",
    "@b.cc",
    "a@b",
    "a@b..cc",
    "a@b.cc.",
    "a b@c.dd",
    "a@b.cc\nbcc: x@y.zz",
    '"a b"@c.dd',
    `${"a".repeat(249)}@b.ccc`,
  ]
) {
  Deno.test(`${JSON.stringify(email).slice(0, 30)} is no e-mail address to sign up with`, async () => {
    const on = stage();
    const answer = await on.send("POST", {
      action: "auth/signup",
      data: { ...data, email },
    });
    assert.equal((await answer.json()).code, "invalid_field");
    assert.deepEqual(on.calls, []);
  });
}

for (
  const email of [
    "a+b@c.dd",
    "用户@例子.中国",
    "o'hara@c.d.ee",
    `${"a".repeat(248)}@b.ccc`,
  ]
) {
  Deno.test(`${email.slice(0, 30)} is an e-mail address to sign up with`, async () => {
    const on = stage();
    on.rows.finish_signup = { body: user };
    const answer = await on.send("POST", {
      action: "auth/signup",
      data: { ...data, email },
    });
    assert.equal(answer.status, 200);
  });
}

for (const email of ["a@" + "a.".repeat(400_000) + " ", "@".repeat(900_000)]) {
  Deno.test(`${email.slice(0, 4)}… without end is refused at once`, async () => {
    const started = performance.now();
    const answer = await stage().send("POST", {
      action: "auth/signup",
      data: { ...data, email },
    });
    assert.equal((await answer.json()).code, "invalid_field");
    assert.ok(performance.now() - started < 500);
  });
}
