/**
 * Realtime, which this stack does not have: whoever joins a channel is told so.
 *
 * A refused handshake would reach no program: browsers and clients show it as a lost connection,
 * and try again for ever.
 */

const REASON = "Realtime is not part of this stack";

/** Takes a WebSocket, whose every wish to join is refused with the reason. */
export function refuseToJoin(request: Request): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = ({ data }) => {
    const answer = typeof data === "string" ? replyTo(data) : null;
    if (answer !== null) socket.send(answer);
  };
  // A client that goes away is no error.
  socket.onerror = () => {};
  return response;
}

/** Whether a request wants to become a WebSocket. */
export function wantsSocket(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

/** What the server says to a message of Phoenix's protocol; null to what is none. */
export function replyTo(text: string): string | null {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  // The protocol's second version sends lists, its first objects.
  const list = Array.isArray(message);
  const { join_ref, ref, topic, event } = list
    ? named(message as unknown[])
    : Object(message) as Record<string, unknown>;
  if (typeof topic !== "string" || typeof event !== "string") return null;
  const joins = event === "phx_join";
  const payload = {
    status: joins ? "error" : "ok",
    response: joins ? { reason: REASON } : {},
  };
  return JSON.stringify(
    list
      ? [join_ref ?? null, ref ?? null, topic, "phx_reply", payload]
      : { topic, event: "phx_reply", payload, ref: ref ?? null },
  );
}

function named([join_ref, ref, topic, event]: unknown[]) {
  return { join_ref, ref, topic, event };
}
