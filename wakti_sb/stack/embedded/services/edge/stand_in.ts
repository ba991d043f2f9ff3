/** A launcher for tests: it says what it is told to say of each function. */

import assert from "node:assert/strict";

export interface Served {
  readonly verify_jwt: boolean;
  readonly port: number;
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
          const answer = { id: said.id, ...about(served[said.name]) };
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
  return { known: true, files: [], pid: function_.port, ...function_ };
}
