import assert from "node:assert/strict";
import { serve } from "./connections.ts";

const PATIENCE = { first: 150, next: 600 };
const ADDRESS = { hostname: "127.0.0.1", port: 0 };

/** What arrives until the connection is closed. */
async function readAll(connection: Deno.TcpConn): Promise<string> {
  return await new Response(connection.readable).text();
}

async function connect(port: number, text: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  return connection;
}

Deno.test("half a head ends the connection, also after a request that was answered", async () => {
  const server = serve(
    ADDRESS,
    () => Promise.resolve(new Response("yes")),
    PATIENCE,
  );
  try {
    assert.equal(await readAll(await connect(server.port, "GET / HT")), "");
    assert.equal(await readAll(await connect(server.port, "")), "");
    const asked = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    const began = performance.now();
    const answer = await readAll(await connect(server.port, `${asked}GET /`));
    assert.match(answer, /^HTTP\/1\.1 200 OK[^]*\r\n\r\nyes$/);
    assert.ok(performance.now() - began > PATIENCE.next);
  } finally {
    await server.shutdown();
  }
});

Deno.test("a request that takes its time is answered, and so is a long answer", async () => {
  const wait = () =>
    new Promise((resolve) => setTimeout(resolve, 2 * PATIENCE.next));
  const server = serve(
    ADDRESS,
    async (request) => {
      await wait();
      return new Response(
        new ReadableStream({
          async start(controller) {
            controller.enqueue(new TextEncoder().encode(request.url.slice(-3)));
            await wait();
            controller.enqueue(new TextEncoder().encode(" whole"));
            controller.close();
          },
        }),
      );
    },
    PATIENCE,
  );
  try {
    const answer = await fetch(`http://127.0.0.1:${server.port}/abc`);
    assert.equal(await answer.text(), "abc whole");
  } finally {
    await server.shutdown();
  }
});

Deno.test("a handler that throws is a 500 and the next request is served", async () => {
  const server = serve(ADDRESS, (request) => {
    if (request.url.endsWith("/bad")) throw new Error("no");
    return Promise.resolve(new Response("yes"));
  });
  try {
    const ask = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${server.port}${path}`);
      return [answer.status, await answer.text()];
    };
    assert.deepEqual(await ask("/bad"), [500, "Internal Server Error"]);
    assert.deepEqual(await ask("/good"), [200, "yes"]);
  } finally {
    await server.shutdown();
  }
});

Deno.test("what is under way is answered before the server is done", async () => {
  const arrived = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const server = serve(ADDRESS, () => {
    arrived.resolve();
    return answer.promise;
  });
  const asked = fetch(`http://127.0.0.1:${server.port}/`);
  await arrived.promise;
  const done = server.shutdown();
  answer.resolve(new Response("late"));
  assert.equal(await (await asked).text(), "late");
  await done;
  await assert.rejects(fetch(`http://127.0.0.1:${server.port}/`));
});

Deno.test("a port that is taken is refused at once", async () => {
  const server = serve(ADDRESS, () => Promise.resolve(new Response("yes")));
  try {
    assert.throws(
      () =>
        serve(
          { ...ADDRESS, port: server.port },
          () => Promise.resolve(new Response("no")),
        ),
      Deno.errors.AddrInUse,
    );
  } finally {
    await server.shutdown();
  }
});
