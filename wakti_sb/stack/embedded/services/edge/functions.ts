/** Edge functions: each runs in a process of its own, the gateway passes requests on. */

import {
  apiKeyOf,
  bearerOf,
  type Credentials,
  TokenError,
} from "../credentials.ts";
import { Problem } from "../problem.ts";
import { dead, notServed, ofTarget, refusal } from "./refusals.ts";
import type { Target, Targets, Worker } from "./targets.ts";
import { NotRead } from "./upstream.ts";
import { passSocket } from "./websocket.ts";

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

/** Seconds after which a refused request may be tried again. */
const RETRY_AFTER = "1";
/** How long a function may take to begin its answer, in milliseconds: the platform's limit. */
export const WALL_CLOCK = 150_000;

export class Functions {
  readonly #client = Deno.createHttpClient({
    http2: false,
    poolIdleTimeout: 30_000,
  });
  readonly #targets: Targets;

  /**
   * @param targets The functions and their processes.
   * @param credentials Checks the tokens of those that want one.
   * @param wallClock How long one may take to begin its answer, in milliseconds.
   */
  constructor(
    targets: Targets,
    readonly credentials: Credentials,
    readonly wallClock: number = WALL_CLOCK,
  ) {
    this.#targets = targets;
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
    const target = name === "" ? null : await this.#find(name);
    if (!target) {
      throw refusal(404, "NOT_FOUND", "Requested function was not found");
    }
    // Fetch refuses to send it (fetch.spec.whatwg.org, "forbidden method").
    if (request.method === "TRACE") {
      throw refusal(405, "METHOD_NOT_ALLOWED", "TRACE is not allowed");
    }
    if (target.verifyJwt && request.method !== "OPTIONS") {
      await this.#checkToken(request, url);
    }
    const headers = forwarded(request, url, client);
    // As on the platform a function sees its own name as the first part of the path.
    const call = { request, headers, address: path + url.search };
    const isSocket = request.headers.get("upgrade")?.toLowerCase() ===
      "websocket";
    if (isSocket) {
      const worker = await this.#worker(target);
      return await passSocket(request, headers, worker, call.address);
    }
    return await this.#call(target, call, await begun(request));
  }

  close(): void {
    this.#client.close();
    this.#targets.close();
  }

  async #find(name: string): Promise<Target | null> {
    try {
      return await this.#targets.find(name);
    } catch (error) {
      throw notServed(error, { name, verifyJwt: true, isOurs: false });
    }
  }

  async #worker(
    target: Target,
    lost: Worker | null = null,
  ): Promise<Worker> {
    try {
      return await this.#targets.worker(target.name, lost);
    } catch (error) {
      throw notServed(error, target);
    }
  }

  async #call(target: Target, call: Call, body: Body): Promise<Response> {
    let lost: Worker | null = null;
    while (true) {
      const worker = await this.#worker(target, lost);
      const done = worker.enter();
      try {
        return await this.#send(worker, call, body, done);
      } catch (error) {
        done();
        if (error instanceof Problem) throw ofTarget(error, target);
        if (call.request.signal.aborted) throw error;
        this.#targets.lose(worker);
        // What was never begun is sent once more, to the process that takes this one's place.
        const isRepeatable = lost === null && !(body instanceof ReadableStream);
        lost = worker;
        if (isRepeatable && wasNotRead(error, call.request)) continue;
        const failure = await this.#targets.ending(worker);
        if (isRepeatable && failure?.drained) continue;
        throw ofTarget(dead(failure), target);
      }
    }
  }

  /** One attempt. Throws Problem if the function takes too long. */
  #send(
    worker: Worker,
    call: Call,
    body: Body,
    done: () => void,
  ): Promise<Response> {
    const { address, headers, request: { method } } = call;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const seconds = Math.round(this.wallClock / 1000);
        const why = `it did not answer a request within ${seconds} seconds.`;
        this.#targets.kill(worker, why);
        reject(refusal(
          504,
          "IDLE_TIMEOUT",
          `Request idle timeout limit (${seconds}s) reached`,
          { "retry-after": RETRY_AFTER },
        ));
      }, this.wallClock);
      const sent = body instanceof ReadableStream
        ? this.#stream(worker, call, body, done)
        : worker.upstream.send(method, address, headers, body, done);
      sent.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  /** A body that takes its time, passed on as it comes. */
  async #stream(
    worker: Worker,
    { request, headers, address }: Call,
    body: ReadableStream<Uint8Array>,
    done: () => void,
  ): Promise<Response> {
    const length = request.headers.get("content-length");
    const withLength: [string, string][] = length === null
      ? [...headers]
      : [...headers, ["content-length", length]];
    const answer = await fetch(`${worker.upstream.url.origin}${address}`, {
      method: request.method,
      headers: withLength,
      body,
      redirect: "manual",
      client: this.#client,
    });
    return afterwards(answer, done);
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

/** A request as a function gets it. */
interface Call {
  readonly request: Request;
  readonly headers: readonly [string, string][];
  readonly address: string;
}

type Body = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;

/** Whether the process cannot have begun to work on the request, or may well do so twice. */
function wasNotRead(error: unknown, request: Request): boolean {
  return error instanceof NotRead ||
    ["GET", "HEAD", "OPTIONS"].includes(request.method);
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

/** The function's answer, and what is to happen when it was passed on or nobody reads it. */
function afterwards(answer: Response, done: () => void): Response {
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
