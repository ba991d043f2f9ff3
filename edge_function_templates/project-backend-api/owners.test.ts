import assert from "node:assert/strict";

import { Deadline } from "./deadline.ts";
import { readEnvironment } from "./environment.ts";
import { authOwners } from "./owners.ts";

function jwt(claims: Record<string, unknown>): string {
  const part = (value: unknown): string =>
    btoa(JSON.stringify(value)).replaceAll("=", "");
  return `${part({ alg: "HS256" })}.${part(claims)}.signature`;
}

const soon = Date.now() / 1000 + 60;
const live = jwt({ sub: "user", exp: soon });

/** Ask with a server that plays Auth; returns what was found and how often Auth was asked. */
async function identify(
  token: string | null,
  answer: () => Response,
): Promise<{ bearer: unknown; asked: string[] }> {
  const asked: string[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => {
      const { pathname } = new URL(request.url);
      const { headers } = request;
      asked.push(
        `${pathname} ${headers.get("apikey")} ${headers.get("authorization")}`,
      );
      return answer();
    },
  );
  try {
    const variables: Record<string, string> = {
      SUPABASE_URL: `http://127.0.0.1:${server.addr.port}`,
      SUPABASE_ANON_KEY: jwt({ role: "anon", exp: soon }),
      SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_x"}',
      SUPABASE_SECRET_KEYS: '{"default":"sb_secret_x"}',
      SUPABASE_DB_URL: "postgresql://x",
    };
    const owners = authOwners(readEnvironment((name) => variables[name], 10));
    const headers = new Headers();
    if (token !== null) {
      const value = token === "anon" ? variables.SUPABASE_ANON_KEY : token;
      headers.set("authorization", `Bearer ${value}`);
    }
    return { bearer: await owners.identify(headers, new Deadline()), asked };
  } finally {
    await server.shutdown();
  }
}

Deno.test("a live token is its user's", async () => {
  const { bearer, asked } = await identify(
    live,
    () => Response.json({ id: "user" }),
  );
  assert.deepEqual(bearer, { user: "user", isDead: false });
  assert.deepEqual(asked, [`/auth/v1/user sb_publishable_x Bearer ${live}`]);
});

for (const token of [null, "anon", "sb_publishable_x", "sb_secret_other"]) {
  Deno.test(`${token} is nobody, and Auth need not be asked`, async () => {
    const { bearer, asked } = await identify(token, () => Response.json({}));
    assert.deepEqual(bearer, { user: null, isDead: false });
    assert.equal(asked.length, 0);
  });
}

for (
  const [what, token] of [
    ["an expired token", jwt({ sub: "user", exp: 1 })],
    ["a token of nobody", jwt({ exp: soon })],
    ["a text", "abc"],
    ["three texts", "a.b.c"],
    ["a very long text", "x".repeat(5000)],
  ] as const
) {
  Deno.test(`${what} is dead, and Auth need not be asked`, async () => {
    const { bearer, asked } = await identify(token, () => Response.json({}));
    assert.deepEqual(bearer, { user: null, isDead: true });
    assert.equal(asked.length, 0);
  });
}

Deno.test("a token that Auth refuses is dead", async () => {
  const { bearer } = await identify(
    live,
    () => Response.json({ code: 403 }, { status: 403 }),
  );
  assert.deepEqual(bearer, { user: null, isDead: true });
});

Deno.test("an Auth that is broken is not the caller's fault", async () => {
  await assert.rejects(
    identify(live, () => new Response("", { status: 502 })),
    { code: "database_unavailable" },
  );
});

Deno.test("a token that was live once is asked about again, and not once it has expired", async () => {
  const { now } = Date;
  const start = now();
  const token = jwt({ sub: "user", exp: start / 1000 + 60 });
  let asked = 0;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => {
      asked++;
      return asked < 3
        ? Response.json({ id: "user" })
        : new Response("{}", { status: 401 });
    },
  );
  try {
    const variables: Record<string, string> = {
      SUPABASE_URL: `http://127.0.0.1:${server.addr.port}`,
      SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_x"}',
      SUPABASE_SECRET_KEYS: '{"default":"sb_secret_x"}',
      SUPABASE_DB_URL: "postgresql://x",
    };
    const owners = authOwners(readEnvironment((name) => variables[name], 10));
    const headers = new Headers({ authorization: `Bearer ${token}` });
    const found = async (): Promise<string | null> =>
      (await owners.identify(headers, new Deadline())).user;
    assert.deepEqual([await found(), await found()], ["user", "user"]);
    assert.equal(await found(), null); // signed out meanwhile
    Date.now = () => start + 61_000;
    assert.equal(await found(), null);
    assert.equal(asked, 3);
  } finally {
    Date.now = now;
    await server.shutdown();
  }
});
