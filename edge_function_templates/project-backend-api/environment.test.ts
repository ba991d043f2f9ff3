import assert from "node:assert/strict";

import { readEnvironment } from "./environment.ts";

const hosted: Record<string, string> = {
  SUPABASE_URL: "https://ref.supabase.co/",
  SUPABASE_ANON_KEY: "anon",
  SUPABASE_SERVICE_ROLE_KEY: "service",
  SUPABASE_DB_URL: "postgresql://postgres:x@db.ref.supabase.co:5432/postgres",
};

function read(
  variables: Record<string, string>,
): ReturnType<typeof readEnvironment> {
  return readEnvironment((name) => variables[name], 600_000);
}

Deno.test("the platform's own variables are enough", () => {
  const environment = read(hosted);
  assert.equal(environment.apiUrl, "https://ref.supabase.co");
  assert.equal(environment.publicUrl, "https://ref.supabase.co");
  assert.equal(environment.publishableKey, "anon");
  assert.equal(environment.secretKey, "service");
  assert.equal(environment.databaseUrl, hosted.SUPABASE_DB_URL);
  assert.equal(environment.isEdgeRole, false);
  assert.equal(environment.iterations, 600_000);
  assert.equal(environment.clientHeader, "cf-connecting-ip");
});

Deno.test("newer keys, an own role and a public address go before", () => {
  const environment = read({
    ...hosted,
    SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_x"}',
    SUPABASE_SECRET_KEYS: '{"default":"sb_secret_x"}',
    WAKTI_DB_URL: "postgresql://wakti_edge:x@host/postgres",
    WAKTI_PUBLIC_URL: "https://api.example.com/",
    WAKTI_PBKDF2_ITERATIONS: "1000",
  });
  assert.equal(environment.publishableKey, "sb_publishable_x");
  assert.equal(environment.secretKey, "sb_secret_x");
  assert.equal(environment.isEdgeRole, true);
  assert.equal(environment.publicUrl, "https://api.example.com");
  assert.equal(environment.iterations, 1000);
  assert.deepEqual([...environment.apiKeys].sort(), [
    "anon",
    "sb_publishable_x",
    "sb_secret_x",
    "service",
  ]);
});

Deno.test("away from the platform no header is trusted unless it is named", () => {
  const local = { ...hosted, SUPABASE_URL: "http://127.0.0.1:54321" };
  assert.equal(read(local).clientHeader, null);
  const named = { ...local, WAKTI_CLIENT_IP_HEADER: "x-real-ip" };
  assert.equal(read(named).clientHeader, "x-real-ip");
});

for (const name of ["SUPABASE_URL", "SUPABASE_DB_URL"]) {
  Deno.test(`without ${name} it says what is missing`, () => {
    const { [name]: _left, ...rest } = hosted;
    assert.throws(() => read(rest), {
      message: `The environment variable ${name} is not set`,
    });
  });
}

for (
  const [name, value] of [
    ["SUPABASE_URL", "ref.supabase.co"],
    ["SUPABASE_URL", "ftp://top-secret@x"],
    ["SUPABASE_DB_URL", "postgresql://postgres:top-secret@host:port/x"],
    ["WAKTI_DB_URL", "https://top-secret@host"],
    ["WAKTI_DB_URL", "top-secret"],
    ["WAKTI_PUBLIC_URL", "//top-secret"],
    ["WAKTI_PBKDF2_ITERATIONS", "many"],
    ["WAKTI_PBKDF2_ITERATIONS", "0"],
    ["WAKTI_PBKDF2_ITERATIONS", "1e99"],
  ] as const
) {
  Deno.test(`${name} with ${value} is named as malformed, without its value`, () => {
    assert.throws(() => read({ ...hosted, [name]: value }), (error: Error) => {
      assert.match(error.message, new RegExp(`variable ${name} is not a `));
      assert.doesNotMatch(error.message, /top-secret|\n/);
      return true;
    });
  });
}
