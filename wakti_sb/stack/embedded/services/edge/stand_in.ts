/** A launcher for tests: it says what it is told to say of each function. */

import assert from "node:assert/strict";

export interface Served {
  readonly verify_jwt: boolean;
  readonly port: number;
  readonly is_ours?: boolean;
  /** How long its process takes to be ready, in milliseconds; null for ever. */
  readonly boots?: number | null;
}

export interface StandIn {
  readonly port: number;
  readonly token: string;
}

/** Runs a test beside a launcher that knows these functions. */
export async function withLauncher(
  served: Readonly<Record<string, Served>>,
  run: (launcher: StandIn) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const token = crypto.randomUUID();
  const conversations: Promise<void>[] = [];
  const listening = (async () => {
    for await (const connection of listener) {
      conversations.push(converse(connection, token, served));
    }
  })();
  try {
    await run({ port: listener.addr.port, token });
  } finally {
    listener.close();
    await listening;
    await Promise.all(conversations);
  }
}

/** Runs a test with a process that says `answer` to every request, and ends. */
export async function withAnswer(
  answer: string,
  run: (port: number) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(65_536));
      await connection.write(new TextEncoder().encode(answer));
      connection.close();
    }
  })();
  await run(listener.addr.port).finally(async () => {
    listener.close();
    await serving;
  });
}

async function converse(
  connection: Deno.TcpConn,
  token: string,
  served: Readonly<Record<string, Served>>,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  let isKnown = false;
  try {
    for await (const bytes of connection.readable) {
      const lines = (rest + decoder.decode(bytes)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const said = JSON.parse(line);
        if (!isKnown) assert.equal(said.token, token);
        if (isKnown && "id" in said) {
          const known = served[said.name];
          const boots = said.op === "start" ? known?.boots : 0;
          if (boots === null) continue;
          if (boots) await new Promise((ready) => setTimeout(ready, boots));
          const answer = { id: said.id, ...about(known) };
          await connection.write(
            new TextEncoder().encode(`${JSON.stringify(answer)}\n`),
          );
        }
        isKnown = true;
      }
    }
  } catch {
    // The gateway has hung up.
  }
}

function about(function_: Served | undefined): Record<string, unknown> {
  if (!function_) return { known: false };
  const { port, verify_jwt, is_ours } = function_;
  return { known: true, files: [], pid: port, port, verify_jwt, is_ours };
}
