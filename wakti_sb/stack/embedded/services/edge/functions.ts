/** Edge functions: each runs in a process of its own, the gateway passes requests on. */

import {
  apiKeyOf,
  bearerOf,
  type Credentials,
  TokenError,
} from "../credentials.ts";
import { Problem } from "../problem.ts";
import { Deadline, within } from "./deadline.ts";
import { afterwards, forwarded } from "./passed_on.ts";
import {
  dead,
  notServed,
  noWorker,
  ofTarget,
  refusal,
  silent,
  unknown,
} from "./refusals.ts";
import { type Body, Sent } from "./sent.ts";
import type { Target, Targets, Worker } from "./targets.ts";
import { NotRead } from "./upstream.ts";
import { passSocket } from "./websocket.ts";

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
   * @param patience How long a request to the site API may take, in milliseconds; as it says itself
   *   where none is named.
   */
  constructor(
    targets: Targets,
    readonly credentials: Credentials,
    readonly wallClock: number = WALL_CLOCK,
    readonly patience?: number,
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
    const sent = new Sent(request);
    try {
      return await this.#serve(request, sent, url, path, client);
    } catch (error) {
      sent.giveUp();
      throw error;
    }
  }

  close(): void {
    this.#client.close();
    this.#targets.close();
  }

  async #serve(
    request: Request,
    sent: Sent,
    url: URL,
    path: string,
    client: string,
  ): Promise<Response> {
    const name = path.split("/")[1] ?? "";
    const target = name === ""
      ? null
      : this.#targets.current(name) ?? await this.#find(name);
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
    const deadline = new Deadline(target.isOurs, this.patience);
    const address = path + url.search;
    const call = { request, sent, deadline, headers, address };
    const isSocket = request.headers.get("upgrade")?.toLowerCase() ===
      "websocket";
    if (isSocket) {
      const worker = await this.#worker(target, call);
      return await passSocket(request, headers, worker, address);
    }
    return await this.#call(target, call, await sent.begun());
  }

  async #find(name: string): Promise<Target | null> {
    const unseen = { name, verifyJwt: true, isOurs: false };
    try {
      return await within(
        this.#targets.find(name),
        new Deadline(true, this.patience).forProcess,
        noWorker,
      );
    } catch (error) {
      throw notServed(error, unseen);
    }
  }

  async #worker(
    target: Target,
    { deadline }: Call,
    lost: Worker | null = null,
  ): Promise<Worker> {
    const current = this.#targets.current(target.name);
    if (current) return current.worker;
    try {
      return await within(
        this.#targets.worker(target.name, lost),
        deadline.forProcess,
        noWorker,
      );
    } catch (error) {
      throw notServed(error, target);
    }
  }

  async #call(target: Target, call: Call, body: Body): Promise<Response> {
    let lost: Worker | null = null;
    while (true) {
      const worker = await this.#worker(target, call, lost);
      try {
        return await this.#send(worker, target, call, body);
      } catch (error) {
        if (error instanceof Problem) throw ofTarget(error, target);
        if (call.request.signal.aborted) throw error;
        this.#targets.lose(worker);
        // What was never begun is sent once more, to the process that takes this one's place.
        const isRepeatable = lost === null && !(body instanceof ReadableStream);
        lost = worker;
        // One that ended for its computing or its memory may have done so for this very request.
        const isOver = worker.failure?.code === "WORKER_LIMIT" &&
          !(error instanceof NotRead);
        if (isRepeatable && !isOver && wasNotRead(error, call.request)) {
          continue;
        }
        const failure = await within(
          this.#targets.ending(worker),
          call.deadline.forAnswer,
          () => new Error("Nobody says so in time"),
        ).catch(() => null);
        if (isRepeatable && failure?.drained) continue;
        const problem = wasNotRead(error, call.request) || !target.isOurs
          ? dead(failure)
          : unknown(dead(failure));
        throw ofTarget(problem, target);
      }
    }
  }

  /**
   * One attempt. Throws Problem if the function takes too long: the site API promises an answer by
   * its deadline, any other is ended at the platform's limit. What comes later is thrown away.
   */
  #send(
    worker: Worker,
    target: Target,
    call: Call,
    body: Body,
  ): Promise<Response> {
    const done = worker.enter();
    return new Promise((resolve, reject) => {
      let isLate = false;
      const late = (problem: Problem) => {
        isLate = true;
        reject(problem);
      };
      const limit = setTimeout(() => {
        const seconds = Math.round(this.wallClock / 1000);
        const why = `it did not answer a request within ${seconds} seconds.`;
        this.#targets.kill(worker, why);
        done();
        late(silent(`Request idle timeout limit (${seconds}s) reached`));
      }, this.wallClock);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const wait = () => {
        const { forAnswer } = call.deadline;
        if (forAnswer === null || isOver) return;
        timer = setTimeout(() => {
          const what = "The function did not answer in time";
          const problem = silent(what);
          late(isSafe(call.request) ? problem : unknown(problem, what));
        }, forAnswer);
      };
      let isOver = false;
      if (body instanceof ReadableStream) {
        call.sent.whole.then(() => {
          call.deadline.arrived();
          wait();
        });
      } else wait();
      const clear = () => {
        isOver = true;
        clearTimeout(timer);
        clearTimeout(limit);
      };
      this.#pass(worker, target, call, body, done).then((answer) => {
        clear();
        if (!isLate) return resolve(answer);
        done();
        answer.body?.cancel().catch(() => {});
      }, (error) => {
        clear();
        done();
        reject(error);
      });
    });
  }

  /** The function's answer; the site API's as a whole, so that none breaks off in the middle. */
  async #pass(
    worker: Worker,
    { isOurs }: Target,
    call: Call,
    body: Body,
    done: () => void,
  ): Promise<Response> {
    const headers = [...call.headers, ...call.deadline.headers];
    const { address, request: { method } } = call;
    if (!(body instanceof ReadableStream)) {
      const { upstream } = worker;
      return await upstream.send(method, address, headers, body, done, isOurs);
    }
    const answer = await this.#stream(worker, { ...call, headers }, body, done);
    if (!isOurs) return answer;
    return new Response(await answer.bytes(), answer);
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
    }).catch((error) => {
      // Fetch tells in words alone that there was nobody to connect to.
      if (!/client error \(Connect\)/.test(String(error))) throw error;
      throw new NotRead("Nobody listens", { cause: error });
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
  readonly sent: Sent;
  readonly deadline: Deadline;
  readonly headers: readonly [string, string][];
  readonly address: string;
}

/** Whether the process cannot have begun to work on the request, or may well do so twice. */
function wasNotRead(error: unknown, request: Request): boolean {
  return error instanceof NotRead || isSafe(request);
}

/** Whether it changes nothing. */
function isSafe({ method }: Request): boolean {
  return ["GET", "HEAD", "OPTIONS"].includes(method);
}
