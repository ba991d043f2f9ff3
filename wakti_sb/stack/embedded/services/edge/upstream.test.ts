import assert from "node:assert/strict";
import { withAnswer } from "./stand_in.ts";
import { Upstream } from "./upstream.ts";

/** Runs a test with a function's process, which counts the connections made to it. */
async function withUpstream(
  serve: (request: Request) => Response | Promise<Response>,
  run: (upstream: Upstream, connections: () => number) => Promise<void>,
): Promise<void> {
  const seen = new Set<number>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, { remoteAddr }) => {
      seen.add(remoteAddr.port);
      return serve(request);
    },
  );
  const upstream = new Upstream(
    new URL(`http://127.0.0.1:${server.addr.port}`),
  );
  try {
    await run(upstream, () => seen.size);
  } finally {
    upstream.close();
    await server.shutdown();
  }
}

/** Runs a test with a process that answers every request with these bytes. */
function withAnswering(
  answer: string,
  run: (upstream: Upstream) => Promise<void>,
): Promise<void> {
  return withAnswer(answer, async (port) => {
    const upstream = new Upstream(new URL(`http://127.0.0.1:${port}`));
    await run(upstream).finally(() => upstream.close());
  });
}

Deno.test("requests in turn share a connection, those at once do not", () =>
  withUpstream(
    async (request) => new Response(await request.text()),
    async (upstream, connections) => {
      const ask = async (text: string) => {
        const body = new TextEncoder().encode(text);
        return await (await upstream.send("POST", "/", [], body)).text();
      };
      for (const text of ["one", "two", "Ünïcödé"]) {
        assert.equal(await ask(text), text);
      }
      assert.equal(connections(), 1);
      const texts = Array.from(
        { length: 50 },
        (_, at) => String(at).repeat(at),
      );
      assert.deepEqual(await Promise.all(texts.map(ask)), texts);
    },
  ));

for (const size of [0, 1, 65_535, 65_536, 3_000_000]) {
  Deno.test(`an answer of ${size} bytes arrives whole, with its length and in chunks`, () => {
    const bytes = new Uint8Array(size).map((_, at) => at % 251);
    return withUpstream(
      (request) =>
        new Response(
          request.url.endsWith("/chunks")
            ? ReadableStream.from([bytes, bytes])
            : bytes,
        ),
      async (upstream, connections) => {
        const whole = await upstream.send("GET", "/", [], null);
        assert.deepEqual(await whole.bytes(), bytes);
        const parts = await upstream.send("GET", "/chunks", [], null);
        const twice = await parts.bytes();
        assert.deepEqual(twice.subarray(0, size), bytes);
        assert.deepEqual(twice.subarray(size), bytes);
        assert.equal(connections(), 1);
      },
    );
  });
}

Deno.test("answers without a body leave the connection in order", () =>
  withUpstream(
    ({ method }) =>
      method === "HEAD"
        ? new Response("12345")
        : new Response(null, { status: method === "DELETE" ? 204 : 304 }),
    async (upstream, connections) => {
      for (const method of ["HEAD", "DELETE", "GET", "HEAD"]) {
        const answer = await upstream.send(method, "/", [], null);
        assert.equal(await answer.text(), "");
      }
      assert.equal(connections(), 1);
    },
  ));

Deno.test("an answer that nobody reads to its end closes its connection", () =>
  withUpstream(
    () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(10_000)),
        }),
      ),
    async (upstream) => {
      const answer = await upstream.send("GET", "/", [], null);
      const reader = answer.body!.getReader();
      await reader.read();
      await reader.cancel();
    },
  ));

Deno.test("a process that was started anew is asked over a new connection", async () => {
  const serve = (port: number) =>
    Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => {} },
      () => new Response("ok"),
    );
  let server = serve(0);
  const { port } = server.addr;
  const upstream = new Upstream(new URL(`http://127.0.0.1:${port}`));
  const ask = () => upstream.send("POST", "/", [], new Uint8Array(1));
  assert.equal(await (await ask()).text(), "ok");
  await server.shutdown();
  await assert.rejects(ask());
  server = serve(port);
  assert.equal(await (await ask()).text(), "ok");
  upstream.close();
  await server.shutdown();
});

for (
  const [what, answer] of [
    ["nothing", ""],
    ["half a head", "HTTP/1.1 200 OK\r\ncontent-le"],
    ["a head without an end", `HTTP/1.1 200 OK\r\na: ${"a".repeat(70_000)}`],
    ["what is not HTTP", "nonsense\r\n\r\n"],
  ] as const
) {
  Deno.test(`a process that answers ${what} does not answer`, () =>
    withAnswering(answer, async (upstream) => {
      await assert.rejects(upstream.send("GET", "/", [], null));
    }));
}

for (
  const [what, rest] of [
    ["half a body", "content-length: 9\r\n\r\nhalf"],
    ["half a chunk", "transfer-encoding: chunked\r\n\r\n9\r\nhalf"],
    ["a chunk without a size", "transfer-encoding: chunked\r\n\r\nx\r\nhalf"],
    [
      "chunks without an end",
      "transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ],
  ] as const
) {
  Deno.test(`a process that answers ${what} breaks the answer off`, () =>
    withAnswering(`HTTP/1.1 200 OK\r\n${rest}`, async (upstream) => {
      const answer = await upstream.send("GET", "/", [], null);
      await assert.rejects(answer.text());
    }));
}

Deno.test("a process that closes after its answer is asked over a new connection", () =>
  withAnswering(
    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",
    async (upstream) => {
      for (let round = 0; round < 3; round++) {
        const answer = await upstream.send("GET", "/", [], null);
        assert.equal(await answer.text(), "ok");
        assert.equal(answer.headers.has("connection"), false);
      }
    },
  ));
