/** Edge functions: each runs in a process of its own, the gateway passes requests on. */

import {
  apiKeyOf,
  bearerOf,
  type Credentials,
  TokenError,
} from "./credentials.ts";
import { Problem } from "./problem.ts";
import type { FunctionTarget } from "./settings.ts";
import { Upstream } from "./upstream.ts";

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
]);

/** How long the gateway waits for the first of a body, in milliseconds. */
const PATIENCE = 20;

export class Functions {
  readonly #client = Deno.createHttpClient({
    http2: false,
    poolIdleTimeout: 30_000,
  });
  readonly #upstreams: ReadonlyMap<string, Upstream>;

  /**
   * @param targets The functions by name.
   * @param credentials Checks the tokens of those that want one.
   */
  constructor(
    readonly targets: ReadonlyMap<string, FunctionTarget>,
    readonly credentials: Credentials,
  ) {
    this.#upstreams = new Map(
      [...targets].map(([name, { url }]) => [name, new Upstream(new URL(url))]),
    );
  }

  /**
   * Passes a request on and its answer back, both as streams. Throws Problem.
   *
   * @param path Below `/functions/v1`: the function's name and what follows it.
   * @param client The caller's network address.
   */
  async fetch(
    request: Request,
    url: URL,
    path: string,
    client: string,
  ): Promise<Response> {
    const name = path.split("/")[1] ?? "";
    const target = this.targets.get(name);
    const upstream = this.#upstreams.get(name);
    if (!target || !upstream) {
      throw refusal(404, "NOT_FOUND", "Requested function was not found");
    }
    // Fetch refuses to send it (fetch.spec.whatwg.org, "forbidden method").
    if (request.method === "TRACE") {
      throw refusal(405, "METHOD_NOT_ALLOWED", "TRACE is not allowed");
    }
    if (target.verifyJwt && request.method !== "OPTIONS") {
      await this.#checkToken(request, url);
    }
    // As on the platform a function sees its own name as the first part of the path.
    const address = path + url.search;
    const { method } = request;
    const headers = forwarded(request, url, client);
    const body = await begun(request);
    try {
      if (!(body instanceof ReadableStream)) {
        return await upstream.send(method, address, headers, body);
      }
      const length = request.headers.get("content-length");
      if (length !== null) headers.push(["content-length", length]);
      return passedBack(
        await fetch(target.url + address, {
          method,
          headers,
          body,
          redirect: "manual",
          client: this.#client,
        }),
      );
    } catch (error) {
      if (request.signal.aborted) throw error;
      throw refusal(
        503,
        "BOOT_ERROR",
        `The function "${name}" does not answer (please check its log).`,
      );
    }
  }

  close(): void {
    this.#client.close();
    for (const upstream of this.#upstreams.values()) upstream.close();
  }

  async #checkToken(request: Request, url: URL): Promise<void> {
    const token = bearerOf(request);
    const key = apiKeyOf(request, url);
    if (token === null && key !== null && this.credentials.kind(key)) return;
    if (token === null) {
      throw refusal(
        401,
        "UNAUTHORIZED_NO_AUTH_HEADER",
        "Missing authorization header",
      );
    }
    try {
      await this.credentials.verify(token);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      throw refusal(401, "UNAUTHORIZED_INVALID_JWT_FORMAT", "Invalid JWT");
    }
  }
}

/**
 * The headers of the request as the function gets it.
 *
 * Its signal stays behind: passing it on costs a tenth of the way through the gateway, and a
 * function whose caller has gone may well finish. A body that breaks off ends the request anyhow.
 */
function forwarded(
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

/**
 * The body, once the first of it is here.
 *
 * Fetch would else send the head alone and the body only when the head was acknowledged, which
 * takes 40 ms. One that is slow to begin is passed on as a stream, for the function to judge.
 */
async function begun(
  request: Request,
): Promise<Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null> {
  if (request.body === null) return null;
  const reader = request.body.getReader();
  const first = reader.read();
  first.catch(() => {}); // whoever reads the stream is told
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, PATIENCE, null);
  });
  const early = await Promise.race([first, late]).catch(() => null);
  clearTimeout(timer);
  const whole = Number(request.headers.get("content-length"));
  if (early?.value !== undefined && early.value.byteLength === whole) {
    return early.value;
  }
  let taken = false;
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = taken ? await reader.read() : await first;
      taken = true;
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** The function's answer; copied only if a header has to go, since that costs as much as routing. */
function passedBack(response: Response): Response {
  let kept: Headers | null = null;
  for (const [name] of response.headers) {
    if (!NOT_PASSED_ON.has(name)) continue;
    kept ??= new Headers(response.headers);
    kept.delete(name);
  }
  return kept === null
    ? response
    : new Response(response.body, { status: response.status, headers: kept });
}

function refusal(status: number, code: string, message: string): Problem {
  return new Problem(status, { code, message }, {
    // The function would say this; it never got to.
    "access-control-allow-origin": "*",
  });
}
