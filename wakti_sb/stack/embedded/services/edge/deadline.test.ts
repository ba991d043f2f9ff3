import assert from "node:assert/strict";
import { credentials } from "../stand_in.ts";
import { Functions } from "./functions.ts";
import { type Served, withAnswer, withLauncher } from "./stand_in.ts";
import { Targets } from "./targets.ts";

/** Longer than what the function keeps for itself of a request's time. */
const PATIENCE = 1_100;

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** Runs a test with a gateway that promises an answer within `PATIENCE`. */
function withGateway(
  served: Readonly<Record<string, Served>>,
  run: (ask: Ask, port: number) => Promise<void>,
): Promise<void> {
  return withLauncher(served, async (launcher) => {
    const targets = new Targets(launcher.port, launcher.token, true);
    const functions = new Functions(
      targets,
      credentials,
      undefined,
      PATIENCE,
    );
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        const url = new URL(request.url);
        return await functions.fetch(request, url, url.pathname, "192.0.2.7")
          .catch((error) => error.response());
      },
    );
    const { port } = server.addr;
    try {
      await run(
        (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
        port,
      );
    } finally {
      functions.close();
      await server.shutdown();
    }
  });
}

/** Runs a test with a function's process. */
async function withProcess(
  serve: (request: Request) => Response | Promise<Response>,
  run: (port: number) => Promise<void>,
): Promise<void> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    serve,
  );
  try {
    await run(server.addr.port);
  } finally {
    await server.shutdown();
  }
}

const ours = { verify_jwt: false, is_ours: true };

async function assertRefused(
  answer: Response,
  status: number,
  words: RegExp,
): Promise<void> {
  assert.equal(answer.status, status);
  assert.ok(Number(answer.headers.get("retry-after")) > 0);
  const { error } = await answer.json();
  assert.match(error, words);
}

Deno.test("who waits in vain for a process hears in time that nothing was done", () =>
  withGateway({ api: { ...ours, port: 1, boots: null } }, async (ask) => {
    for (const method of ["GET", "POST"]) {
      const answer = await ask("/api", { method });
      await assertRefused(answer, 503, /nothing was done/);
    }
  }));

Deno.test("a wait for a process is part of the time that a function has", () =>
  withProcess(
    ({ headers }) => new Response(headers.get("x-wakti-waited") ?? "none"),
    (port) =>
      withGateway({
        quick: { ...ours, port },
        slow: { ...ours, port, boots: 40 },
        theirs: { verify_jwt: false, port, boots: 40 },
      }, async (ask) => {
        const said = async (path: string) =>
          await (await ask(path, {
            method: "POST",
            body: "{}",
            headers: { "x-wakti-waited": "9000" },
          })).text();
        const waited = Number(await said("/slow"));
        assert.ok(waited >= 75, `${waited} ms`);
        assert.equal(await said("/theirs"), "none");
        await said("/quick");
        assert.equal(await said("/quick"), "none");
      }),
  ));

Deno.test("who waits in vain for an answer hears that it is not known, and the next one gets its own", async () => {
  const held: (() => void)[] = [];
  await withProcess(async (request) => {
    const text = await request.text();
    if (text !== "hold") return new Response(`done ${text}`);
    await new Promise<void>((resolve) => held.push(resolve));
    return new Response("too late");
  }, (port) =>
    withGateway({ api: { ...ours, port } }, async (ask) => {
      const waiting = ask("/api", { method: "POST", body: "hold" });
      await assertRefused(await waiting, 504, /not known/);
      held.shift()!();
      const answer = await ask("/api", { method: "POST", body: "next" });
      assert.equal(await answer.text(), "done next");
    }));
});

Deno.test("what a caller takes to send its body is not counted", async () => {
  await withProcess(
    async (request) => new Response(await request.text()),
    (port) =>
      withGateway({ api: { ...ours, port } }, async (ask) => {
        const parts = ["slow ", "body"];
        const body = new ReadableStream<Uint8Array>({
          async pull(controller) {
            await new Promise((resolve) =>
              setTimeout(resolve, PATIENCE * 2 / 3)
            );
            const part = parts.shift();
            if (part === undefined) controller.close();
            else controller.enqueue(new TextEncoder().encode(part));
          },
        });
        const answer = await ask("/api", { method: "POST", body });
        assert.equal(await answer.text(), "slow body");
      }),
  );
});

Deno.test("an answer of the site API that breaks off is a refusal, and no broken connection", () =>
  withAnswer(
    "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
    (port) =>
      withGateway({
        api: { ...ours, port },
        again: { ...ours, port },
      }, async (ask) => {
        const answer = await ask("/api", { method: "POST", body: "{}" });
        await assertRefused(answer, 504, /not known/);
        await assertRefused(await ask("/again"), 503, /exited/);
      }),
  ));

/** The answers to two requests that are sent over one connection. */
async function inTurn(port: number, path: string): Promise<string[]> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const seen: string[] = [];
  try {
    for (let at = 0; at < 2; at++) {
      const head = `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n`;
      const bytes = new TextEncoder().encode(`${head}\r\nsome text`);
      await connection.write(bytes);
      let answer = "";
      while (!answer.includes("whole.")) {
        const buffer = new Uint8Array(65_536);
        const count = await connection.read(buffer);
        assert.ok(count !== null, "the connection was closed");
        answer += new TextDecoder().decode(buffer.subarray(0, count));
        if (answer.includes("}")) break;
      }
      seen.push(answer);
    }
    return seen;
  } finally {
    connection.close();
  }
}

Deno.test("a connection is good for the next request, whatever became of the last one's body", () =>
  withProcess(
    async (request) => {
      await request.body?.cancel();
      return new Response("whole.");
    },
    (port) =>
      withGateway({
        api: { ...ours, port },
        theirs: { verify_jwt: false, port },
        locked: { verify_jwt: true, port },
        down: { ...ours, port: 1 },
      }, async (_, gateway) => {
        for (const path of ["/api", "/theirs", "/locked", "/down", "/none"]) {
          for (const answer of await inTurn(gateway, path)) {
            assert.match(answer, /^HTTP\/1.1 \d/);
            assert.doesNotMatch(answer, /connection: close/i, path);
          }
        }
      }),
  ));
