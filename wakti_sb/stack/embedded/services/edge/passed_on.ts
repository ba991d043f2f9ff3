/** What of a request and of its answer is passed on between a caller and a function. */

import { WAITED } from "./deadline.ts";

/** Headers between two neighbours (RFC 9110, 7.6.1), and those that the gateway writes. */
const NOT_PASSED_ON = new Set([
  "connection",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
  "forwarded",
  "x-real-ip",
]);

/** Headers that the gateway writes into a request itself. */
const OWN = new Set([
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "accept-encoding",
  "content-length",
  WAITED,
]);

/**
 * The headers of the request as the function gets it.
 *
 * Its signal stays behind: passing it on costs a tenth of the way through the gateway, and a
 * function whose caller has gone may well finish. A body that breaks off ends the request anyhow.
 */
export function forwarded(
  request: Request,
  url: URL,
  client: string,
): [string, string][] {
  const headers: [string, string][] = [
    // The only gateway is this one: what a caller says of its own address is not to be believed.
    ["x-forwarded-for", client],
    ["x-forwarded-host", url.host],
    ["x-forwarded-port", url.port || "80"],
    ["x-forwarded-proto", "http"],
    // The bytes are passed on as they are; packing them on this machine would only cost time.
    ["accept-encoding", "identity"],
  ];
  for (const header of request.headers) {
    const [name] = header;
    if (!NOT_PASSED_ON.has(name) && !OWN.has(name)) headers.push(header);
  }
  return headers;
}

/** The function's answer, and what is to happen when it was passed on or nobody reads it. */
export function afterwards(answer: Response, done: () => void): Response {
  const headers = new Headers(answer.headers);
  for (const name of answer.headers.keys()) {
    if (NOT_PASSED_ON.has(name)) headers.delete(name);
  }
  const { status } = answer;
  if (answer.body === null) {
    done();
    return new Response(null, { status, headers });
  }
  const reader = answer.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done: isWhole, value } = await reader.read();
        if (!isWhole) return controller.enqueue(value);
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      done();
    },
    cancel(reason) {
      done();
      return reader.cancel(reason);
    },
  });
  return new Response(body, { status, headers });
}
