import assert from "node:assert/strict";

import { hashPassword, verifyPassword } from "./passwords.ts";

const firstRelease =
  // printf '%s' 'secret123wakti-project-salt-v1' | sha256sum
  "60c0710863ac8d23cc0c77679ec85a1ee8c30e4b225078a319ddf68a1b9e502b";

Deno.test("a hash says how it was made and differs for equal passwords", async () => {
  const hashes = await Promise.all([
    hashPassword("secret123", 10),
    hashPassword("secret123", 10),
  ]);
  for (const hash of hashes) {
    assert.match(
      hash,
      /^pbkdf2_sha256\$10\$[A-Za-z0-9_-]{22}\$[A-Za-z0-9_-]{43}$/,
    );
  }
  assert.notEqual(hashes[0], hashes[1]);
});

Deno.test("only the right password matches", async () => {
  const hash = await hashPassword("пароль-密码", 10);
  assert.deepEqual(await verifyPassword("пароль-密码", hash, 10), {
    isRight: true,
    renewed: null,
  });
  assert.equal((await verifyPassword("пароль", hash, 10)).isRight, false);
  assert.equal((await verifyPassword("", hash, 10)).isRight, false);
});

Deno.test("a hash of fewer iterations is renewed with more", async () => {
  const hash = await hashPassword("secret123", 5);
  const { renewed } = await verifyPassword("secret123", hash, 20);
  assert.match(renewed ?? "", /^pbkdf2_sha256\$20\$/);
  assert.equal((await verifyPassword("secret123", renewed, 20)).isRight, true);
});

Deno.test("a hash of the first release is accepted and renewed", async () => {
  const right = await verifyPassword("secret123", firstRelease, 10);
  assert.equal(right.isRight, true);
  assert.match(right.renewed ?? "", /^pbkdf2_sha256\$10\$/);
  assert.deepEqual(await verifyPassword("secret124", firstRelease, 10), {
    isRight: false,
    renewed: null,
  });
});

for (
  const broken of [
    null,
    "",
    "plain",
    "pbkdf2_sha256$10$salt",
    "pbkdf2_sha256$-1$AAAA$AAAA",
    "pbkdf2_sha256$10$!!!$???",
    "md5$10$AAAA$AAAA",
  ]
) {
  Deno.test(`nothing matches ${JSON.stringify(broken)}`, async () => {
    for (const password of ["", "secret123", String(broken)]) {
      const verdict = await verifyPassword(password, broken, 10);
      assert.deepEqual(verdict, { isRight: false, renewed: null });
    }
  });
}

/** All rounds of hashing that some work takes. */
async function roundsOf(work: () => Promise<unknown>): Promise<number> {
  const { subtle } = crypto;
  const usual = subtle.deriveBits;
  let rounds = 0;
  subtle.deriveBits = (algorithm, key, length) => {
    rounds += (algorithm as Pbkdf2Params).iterations;
    return usual.call(subtle, algorithm, key, length);
  };
  try {
    await work();
  } finally {
    subtle.deriveBits = usual;
  }
  return rounds;
}

Deno.test("a wrong password takes the same rounds against any hash and against none", async () => {
  const legacy = "a".repeat(64);
  for (
    const kept of [
      null,
      legacy,
      "",
      await hashPassword("right", 10),
      await hashPassword("right", 4),
      await hashPassword("right", 1),
    ]
  ) {
    const rounds = await roundsOf(() => verifyPassword("wrong", kept, 10));
    assert.equal(rounds, 10, String(kept));
  }
});
