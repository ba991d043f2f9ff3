import assert from "node:assert/strict";
import { credentials } from "../stand_in.ts";
import { Functions } from "./functions.ts";
import { withLauncher } from "./stand_in.ts";
import { Targets } from "./targets.ts";

/** A function's process: it answers with what it was asked. */
async function echo(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.pathname.endsWith("/redirect")) {
    return new Response(null, { status: 302, headers: { location: "/x" } });
  }
  if (url.pathname.endsWith("/stream")) {
    const parts = ["one ", "two ", "three"];
    return new Response(
      new ReadableStream({
        async pull(controller) {
          const part = parts.shift();
          if (part === undefined) return controller.close();
          controller.enqueue(new TextEncoder().encode(part));
          await new Promise((resolve) => setTimeout(resolve, 10));
        },
      }),
    );
  }
  return Response.json({
    method: request.method,
    path: url.pathname + url.search,
    headers: Object.fromEntries(request.headers),
    body: await request.text(),
  }, {
    status: 201,
    headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"], ["x-own", "yes"]],
  });
}

/** Runs a test with a gateway's functions: two that are up, and one that is not. */
async function withFunctions(
  run: (
    ask: (path: string, init?: RequestInit) => Promise<Response>,
  ) => Promise<void>,
): Promise<void> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    echo,
  );
  const { port } = server.addr;
  const served = {
    open: { verify_jwt: false, port },
    locked: { verify_jwt: true, port },
    down: { verify_jwt: false, port: 1 },
  };
  await withLauncher(served, async (launcher) => {
    const targets = new Targets(launcher.port, launcher.token, true);
    const functions = new Functions(targets, credentials);
    try {
      await run(async (path, init) => {
        const address = new URL(`http://gateway:54321/functions/v1${path}`);
        const request = new Request(address, init);
        const below = address.pathname.slice("/functions/v1".length);
        try {
          return await functions.fetch(request, address, below, "192.0.2.7");
        } catch (error) {
          return (error as { response(): Response }).response();
        }
      });
    } finally {
      functions.close();
      await server.shutdown();
    }
  });
}

Deno.test("a request and its answer are passed on whole", () =>
  withFunctions(async (ask) => {
    const answer = await ask("/open/below?a=1&b=%20", {
      method: "PUT",
      headers: { "x-custom": "yes", "content-type": "text/plain" },
      body: "hello",
    });
    assert.equal(answer.status, 201);
    assert.deepEqual(answer.headers.getSetCookie(), ["a=1", "b=2"]);
    assert.equal(answer.headers.get("x-own"), "yes");
    const seen = await answer.json();
    assert.equal(seen.method, "PUT");
    assert.equal(seen.path, "/open/below?a=1&b=%20");
    assert.equal(seen.body, "hello");
    assert.equal(seen.headers["x-custom"], "yes");
    assert.equal(seen.headers["content-type"], "text/plain");
  }));

Deno.test("a function learns the caller's address from the gateway alone", () =>
  withFunctions(async (ask) => {
    const headers = {
      "x-forwarded-for": "203.0.113.9",
      "x-real-ip": "203.0.113.9",
      "forwarded": "for=203.0.113.9",
    };
    const seen = (await (await ask("/open", { headers })).json()).headers;
    assert.equal(seen["x-forwarded-for"], "192.0.2.7");
    assert.equal(seen["x-forwarded-host"], "gateway:54321");
    assert.equal(seen["x-real-ip"], undefined);
    assert.equal(seen["forwarded"], undefined);
  }));

Deno.test("bodies are passed on as they come, both ways", () =>
  withFunctions(async (ask) => {
    const answer = await ask("/open/stream");
    const decoder = new TextDecoder();
    const chunks: string[] = [];
    for await (const chunk of answer.body!) chunks.push(decoder.decode(chunk));
    assert.deepEqual(chunks, ["one ", "two ", "three"]);

    const sent = new Blob(["part ", "by part"]).stream();
    const seen = await (await ask("/open", { method: "POST", body: sent }))
      .json();
    assert.equal(seen.body, "part by part");
  }));

Deno.test("a redirect is the caller's to follow", () =>
  withFunctions(async (ask) => {
    const answer = await ask("/open/redirect");
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.get("location"), "/x");
  }));

Deno.test("a function that asks for a token gets no request without a good one", () =>
  withFunctions(async (ask) => {
    const now = Math.floor(Date.now() / 1000);
    const good = await credentials.sign({ iat: now, exp: now + 60 });
    const old = await credentials.sign({ iat: now - 60, exp: now - 30 });
    const withToken = (token: string) =>
      ask("/locked", { headers: { authorization: `Bearer ${token}` } });
    assert.equal((await withToken(good)).status, 201);
    for (const token of [old, "nonsense", `${good}x`]) {
      const answer = await withToken(token);
      assert.equal(answer.status, 401);
      assert.deepEqual(await answer.json(), {
        code: "UNAUTHORIZED_INVALID_JWT_FORMAT",
        message: "Invalid JWT",
      });
    }
    const answer = await ask("/locked");
    assert.equal(answer.status, 401);
    assert.deepEqual(await answer.json(), {
      code: "UNAUTHORIZED_NO_AUTH_HEADER",
      message: "Missing authorization header",
    });
    const key = { headers: { apikey: "sb_publishable_a" } };
    assert.equal((await ask("/locked", key)).status, 201);
    const wrong = { headers: { apikey: "sb_publishable_b" } };
    assert.equal((await ask("/locked", wrong)).status, 401);
    assert.equal((await ask("/locked", { method: "OPTIONS" })).status, 201);
  }));

Deno.test("a function that is not there or not up is a JSON error", () =>
  withFunctions(async (ask) => {
    const cases = { "/nothing": 404, "": 404, "/": 404, "/down": 503 };
    for (const [path, status] of Object.entries(cases)) {
      const answer = await ask(path);
      assert.equal(answer.status, status, path);
      const { code, message } = await answer.json();
      assert.ok(code && message);
      assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    }
  }));

/** A process that reads a request and ends. */
function withDying(run: (port: number) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(65_536));
      connection.close();
    }
  })();
  return run(listener.addr.port).finally(async () => {
    listener.close();
    await served;
  });
}

for (
  const [isOurs, method, status] of [
    [true, "POST", 504],
    [true, "GET", 503],
    [false, "POST", 503],
  ] as const
) {
  Deno.test(`${method} to a process that ended under it is ${status}; the site API: ${isOurs}`, () =>
    withDying((port) =>
      withLauncher(
        { api: { verify_jwt: false, is_ours: isOurs, port } },
        async (launcher) => {
          const targets = new Targets(launcher.port, launcher.token, true);
          const functions = new Functions(targets, credentials);
          const address = new URL("http://gateway:54321/functions/v1/api");
          const body = method === "GET" ? null : "{}";
          try {
            await functions.fetch(
              new Request(address, { method, body }),
              address,
              "/api",
              "192.0.2.7",
            );
            assert.fail("it was answered");
          } catch (error) {
            const answer = (error as { response(): Response }).response();
            assert.equal(answer.status, status);
            assert.ok(Number(answer.headers.get("retry-after")) > 0);
            const { message } = await answer.json();
            assert.equal(message.includes("not known"), status === 504);
          } finally {
            functions.close();
          }
        },
      )
    ));
}
