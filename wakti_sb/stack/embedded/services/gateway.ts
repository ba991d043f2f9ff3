/** The one address of the stack: which request goes to which service. */

import type { Auth } from "./auth/auth.ts";
import { isPreflight, openToAll, preflightAnswer } from "./cors.ts";
import { apiKeyOf, type Credentials, type KeyKind } from "./credentials.ts";
import { sendPage } from "./dashboard.ts";
import type { Functions } from "./edge/functions.ts";
import { logError, logRequest } from "./log.ts";
import { mailAnswer } from "./mail/answers.ts";
import type { Mailbox } from "./mail/mailbox.ts";
import { Problem } from "./problem.ts";
import { refuseToJoin, wantsSocket } from "./realtime.ts";
import type { DataApi } from "./rest/data_api.ts";
import { answerRest } from "./rest/endpoint.ts";
import type { Storage } from "./storage/storage.ts";

export interface Services {
  readonly credentials: Credentials;
  readonly data: DataApi;
  readonly auth: Auth;
  readonly storage: Storage;
  readonly functions: Functions;
  readonly mailbox: Mailbox;
  readonly dashboardDir: string | null;
}

/** Paths of Auth that browsers reach by a link, without a key. */
const KEYLESS = /^\/auth\/v1\/(verify|callback|authorize|\.well-known\/.*)$/;

/** Services of the platform that this stack does not have. */
const NOT_HERE = /^\/(realtime|graphql|pg|analytics)\/v1(\/|$)/;

function notHere(pathname: string): Problem {
  const [, service] = pathname.split("/");
  const message = `The service "${service}" is not part of this stack`;
  return new Problem(501, { code: "not_implemented", message, msg: message });
}

export class Gateway {
  constructor(readonly services: Services) {}

  /**
   * Answers a request, and prints a line about it. Never throws.
   *
   * @param client The caller's network address.
   */
  async fetch(request: Request, client: string): Promise<Response> {
    const began = performance.now();
    const url = URL.parse(request.url);
    // The Host header is part of it, and the caller's.
    if (url === null) return new Response(null, { status: 400 });
    let response: Response;
    try {
      response = await this.#route(request, url, client);
    } catch (error) {
      response = asResponse(error, request);
    }
    const took = performance.now() - began;
    logRequest(request.method, url.pathname, response.status, took);
    return response;
  }

  async #route(
    request: Request,
    url: URL,
    client: string,
  ): Promise<Response> {
    const { pathname } = url;
    const { functions, dashboardDir } = this.services;
    const below = (prefix: string) =>
      pathname === prefix || pathname.startsWith(`${prefix}/`)
        ? pathname.slice(prefix.length)
        : null;

    const functionPath = below("/functions/v1");
    // A function answers preflight requests by itself: it knows which pages it serves.
    if (functionPath !== null) {
      return await functions.fetch(request, url, functionPath, client);
    }
    const page = below("/dashboard");
    if (page !== null && dashboardDir !== null) {
      return page === ""
        ? Response.redirect(new URL("/dashboard/", url), 307)
        : await sendPage(dashboardDir, request.method, page);
    }
    const own = below("/_wakti");
    if (own !== null) return await this.#own(request, url, own);

    if (below("/realtime/v1") !== null && wantsSocket(request)) {
      return refuseToJoin(request);
    }
    if (isPreflight(request)) return preflightAnswer(request);
    return openToAll(await this.#api(request, url, client).catch(asResponse));
  }

  async #api(request: Request, url: URL, client: string): Promise<Response> {
    const { pathname } = url;
    const { auth, credentials, data, storage } = this.services;
    if (pathname.startsWith("/storage/v1/")) {
      const path = pathname.slice("/storage/v1".length);
      return await storage.fetch(request, url, path);
    }
    if (pathname.startsWith("/rest/v1/")) {
      const path = pathname.slice("/rest/v1".length);
      const key = this.#key(request, url);
      return await answerRest(data, credentials, request, path, key);
    }
    if (pathname.startsWith("/auth/v1/")) {
      const keyed = this.#withKey(request, url);
      const path = pathname.slice("/auth/v1".length);
      return await auth.fetch(keyed, url, path, client);
    }
    if (NOT_HERE.test(pathname)) throw notHere(pathname);
    throw new Problem(404, {
      message: "no Route matched with those values",
    });
  }

  /** The stack's own endpoints: is it there, and has its schema changed. */
  async #own(request: Request, url: URL, path: string): Promise<Response> {
    const { credentials, data, mailbox } = this.services;
    if (path === "/mail") return mailAnswer(mailbox, request, url);
    if (path === "/health" && request.method === "GET") {
      if (await data.ping()) return Response.json({ status: "ok" });
      throw new Problem(503, { message: "The database does not answer." });
    }
    if (path === "/reload" && request.method === "POST") {
      const key = apiKeyOf(request, url);
      if (key === null || credentials.kind(key) !== "secret") {
        throw new Problem(401, { message: "This takes the secret key." });
      }
      mailbox.clear();
      data.renew();
      return Response.json({ status: "ok" });
    }
    throw new Problem(404, { message: "There is no such endpoint." });
  }

  /** What the request's API key opens. Throws Problem. */
  #key(request: Request, url: URL): KeyKind {
    const key = apiKeyOf(request, url);
    if (key === null) {
      throw new Problem(401, {
        message: "No API key found in request",
        hint: "No `apikey` request header or url param was found.",
      });
    }
    const kind = this.services.credentials.kind(key);
    if (kind === null) {
      throw new Problem(401, {
        message: "Invalid API key",
        hint: "Double check your Supabase `anon` or `service_role` API key.",
      });
    }
    return kind;
  }

  /** The request with its key in today's form and in the header. Throws Problem. */
  #withKey(request: Request, url: URL): Request {
    const { credentials } = this.services;
    const isKeyless = apiKeyOf(request, url) === null &&
      KEYLESS.test(url.pathname);
    if (isKeyless) return request;
    const kind = this.#key(request, url);
    const headers = new Headers(request.headers);
    headers.set("apikey", credentials.modernKey(kind));
    const address = new URL(url);
    address.searchParams.delete("apikey");
    return new Request(address, {
      method: request.method,
      headers,
      body: request.body,
    });
  }
}

/** What a failed request is answered with: a refusal, or that something went wrong here. */
function asResponse(error: unknown, request?: Request): Response {
  if (error instanceof Problem) return error.response();
  if (request?.signal.aborted) return new Response(null, { status: 499 });
  logError(error);
  return Response.json({ message: "An unexpected error occurred." }, {
    status: 500,
  });
}
