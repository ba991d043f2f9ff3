/** WebSockets to a function: two connections, and every message passed on. */

import { dead } from "./refusals.ts";
import type { Worker } from "./targets.ts";

/** Headers of the handshake itself (RFC 6455, 4.1): each connection has its own. */
const OF_THE_HANDSHAKE = /^sec-websocket-|^accept-encoding$|^content-length$/;
/** Codes that a peer may not send itself (RFC 6455, 7.4.1). */
const NOT_SENT = new Set([1005, 1006, 1015]);

/** Opens a socket to the function, and answers the caller's request for one once that is open. */
export async function passSocket(
  request: Request,
  headers: readonly (readonly [string, string])[],
  worker: Worker,
  address: string,
): Promise<Response> {
  const done = worker.enter();
  const asked = request.headers.get("sec-websocket-protocol");
  const own = headers.filter(([name]) => !OF_THE_HANDSHAKE.test(name));
  const upstream = new WebSocket(`ws://127.0.0.1:${worker.port}${address}`, {
    protocols: asked?.split(",").map((one) => one.trim()) ?? [],
    headers: own.map(([name, value]): [string, string] => [name, value]),
  });
  upstream.binaryType = "arraybuffer";
  // What the function says before the caller's socket is open.
  const early: (string | ArrayBuffer)[] = [];
  upstream.onmessage = ({ data }) => early.push(data);
  if (!await opened(upstream)) {
    done();
    return refused(worker.port, address, own);
  }
  const { socket, response } = Deno.upgradeWebSocket(request, {
    protocol: upstream.protocol || undefined,
    idleTimeout: 0,
  });
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    for (const message of early) socket.send(message);
    upstream.onmessage = ({ data }) => socket.send(data);
    if (upstream.readyState !== WebSocket.OPEN) socket.close();
  };
  socket.onmessage = ({ data }) => {
    if (upstream.readyState === WebSocket.OPEN) upstream.send(data);
  };
  const closing = (other: WebSocket) => (event: CloseEvent) => {
    done();
    close(other, event);
  };
  upstream.onclose = closing(socket);
  socket.onclose = closing(upstream);
  upstream.onerror = socket.onerror = () => {};
  return response;
}

function opened(socket: WebSocket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.onopen = () => resolve(true);
    socket.onerror = () => resolve(false);
    socket.onclose = () => resolve(false);
  });
}

function close(socket: WebSocket, { code, reason }: CloseEvent): void {
  if (socket.readyState > WebSocket.OPEN) return;
  try {
    if (NOT_SENT.has(code)) socket.close();
    else socket.close(code, reason);
  } catch {
    socket.close();
  }
}

/** What the function says to somebody who asks it for no socket: a refusal has its own words. */
async function refused(
  port: number,
  address: string,
  headers: readonly (readonly [string, string])[],
): Promise<Response> {
  try {
    return await fetch(`http://127.0.0.1:${port}${address}`, {
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      redirect: "manual",
    });
  } catch {
    throw dead(null);
  }
}
