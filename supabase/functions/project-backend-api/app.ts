import * as accounts from "./accounts.ts";
import * as auth from "./auth.ts";
import { bodyKind, type JsonObject, queryOf, readJson } from "./body.ts";
import { clientOf, type Source } from "./client.ts";
import * as collections from "./collections.ts";
import type { Context, Handler, Services } from "./context.ts";
import { allMethods, originOf, preflight } from "./cors.ts";
import { Deadline } from "./deadline.ts";
import { ApiError } from "./errors.ts";
import { submit } from "./forms.ts";
import { submitEncoded } from "./html_forms.ts";
import { countLarge, knock } from "./large.ts";
import { revalidated } from "./etags.ts";
import { describe, type Log } from "./log.ts";
import { isUuid } from "./schemas.ts";
import { limits, namePattern } from "./settings.ts";
import { siteScript } from "./site_js.ts";
import { deleteUpload, upload } from "./uploads.ts";

/** The part of the connection's description that is used. */
export interface Connection {
  readonly remoteAddr?: { readonly hostname?: string };
}

/** Answers one request. */
export type App = (
  request: Request,
  connection?: Connection,
) => Promise<Response>;

type Methods = Readonly<Record<string, Handler>>;

const health: Handler = async (context) => {
  await context.services.database.ping();
  return '{"status":"ok"}';
};

/** The functions that a page calls this API with, for its script element. */
const script: Handler = (context) => {
  context.type = "text/javascript; charset=utf-8";
  context.keeping = "public, max-age=3600";
  return Promise.resolve(siteScript);
};

/** What concerns no project. */
const common: ReadonlySet<string> = new Set(["health", "site.js"]);

const actions: ReadonlyMap<string, Methods> = new Map<string, Methods>([
  ["submit", { POST: submit }],
  ["auth/signup", { POST: auth.signup }],
  ["auth/login", { POST: auth.login }],
  ["auth/me", { POST: auth.me }],
  ["auth/logout", { POST: auth.logout }],
  ["auth/password", { POST: accounts.changePassword }],
  ["auth/profile", { POST: accounts.changeProfile }],
  ["auth/delete", { POST: accounts.deleteAccount }],
  ["auth/reset", { POST: accounts.reset }],
  ["upload/delete", { POST: deleteUpload }],
  ["health", { GET: health }],
  ["site.js", { GET: script }],
]);

/**
 * The API over what it needs from outside.
 *
 * `onClient` hears who vouches for callers' addresses, each once.
 */
export function createApp(
  services: Services,
  log: Log,
  onClient: (source: Source | null) => void = () => {},
): App {
  const said = new Set<Source | null>();
  return async (request, connection) => {
    const started = performance.now();
    const requestId = crypto.randomUUID();
    if (request.method === "OPTIONS") {
      const [action, project, code] = ["preflight", null, null];
      log({ requestId, action, project, status: 204, code, ms: 0 });
      return preflight();
    }
    const { environment } = services;
    const client = clientOf(
      request.headers,
      environment.clientHeader,
      connection?.remoteAddr?.hostname,
      environment.isPlatform,
    );
    if (!said.has(client.source)) {
      said.add(client.source);
      onClient(client.source);
    }
    const context: Context = {
      services,
      request,
      origin: originOf(request.headers),
      client: client.address,
      deadline: Deadline.of(request.headers),
      cors: "*",
      action: "unknown",
      project: null,
    };
    let refusal: ApiError | null = null;
    let body: string;
    try {
      body = await route(context);
    } catch (error) {
      refusal = error instanceof ApiError
        ? error
        : new ApiError("internal_error", null, { cause: error });
      body = refusalBody(refusal, requestId);
    }
    const answer = responseOf(context, refusal, body);
    const cause = refusal?.details.cause;
    log({
      requestId,
      action: context.action,
      project: context.project,
      status: answer.status,
      code: refusal?.code ?? null,
      ms: Math.round((performance.now() - started) * 100) / 100,
      ...(cause === undefined ? {} : { cause: describe(cause) }),
    });
    return answer;
  };
}

async function route(context: Context): Promise<string> {
  const { request } = context;
  switch (request.method) {
    case "GET":
      return await dispatch(context, Object.fromEntries(queryOf(request)));
    case "POST":
    case "PUT":
    case "DELETE":
      switch (bodyKind(request.headers)) {
        case "form":
          needPost(request);
          return await upload(context);
        case "encoded":
          needPost(request);
          countLarge(context);
          return await submitEncoded(context);
      }
      countLarge(context);
      return await dispatch(
        context,
        await readJson(
          request,
          context.deadline,
          (body) => knock(context, body),
        ),
      );
    default:
      throw new ApiError("method_not_allowed", null, { allow: allMethods });
  }
}

/** Forms are sent by POST, whatever they are encoded as. */
function needPost(request: Request): void {
  if (request.method !== "POST") throw methodNotAllowed({ POST: submit });
}

function dispatch(context: Context, input: JsonObject): Promise<string> {
  const { action, projectId } = input;
  if (projectId === undefined && !common.has(String(action))) {
    throw new ApiError("missing_field", "projectId is required");
  }
  const methods = typeof action === "string" ? methodsOf(action) : undefined;
  if (methods === undefined) throw new ApiError("invalid_action");
  context.action = String(action);
  if (isUuid(projectId)) context.project = projectId;
  const handler = methods[context.request.method];
  if (handler === undefined) throw methodNotAllowed(methods);
  return handler(context, input);
}

const collectionName = new RegExp(`^${namePattern}$`);

function methodsOf(action: string): Methods | undefined {
  if (!action.startsWith("collection/")) return actions.get(action);
  const name = action.slice("collection/".length);
  if (!collectionName.test(name)) {
    throw new ApiError(
      "invalid_field",
      `A collection's name takes letters, digits, _ and -, at most ${limits.nameChars}`,
    );
  }
  return {
    GET: collections.list(name),
    POST: collections.create(name),
    PUT: collections.update(name),
    DELETE: collections.remove(name),
  };
}

function methodNotAllowed(methods: Methods): ApiError {
  const allow = [...Object.keys(methods), "OPTIONS"].join(", ");
  return new ApiError("method_not_allowed", null, { allow });
}

/** A refusal, a page for a browser, or JSON. */
function responseOf(
  context: Context,
  refusal: ApiError | null,
  body: string,
): Response {
  const headers = headersOf(context, refusal);
  if (refusal !== null) {
    return new Response(body, { status: refusal.status, headers });
  }
  const { page } = context;
  if (page !== undefined) {
    headers["content-type"] = "text/html; charset=utf-8";
    headers["content-security-policy"] = "default-src 'none'";
    if (page.location !== null) headers.location = page.location;
    return new Response(page.html, { status: page.status, headers });
  }
  if (context.type !== undefined) headers["content-type"] = context.type;
  return context.keeping === undefined
    ? new Response(body, { headers })
    : revalidated(context.request, body, headers, context.keeping);
}

function refusalBody(refusal: ApiError, requestId: string): string {
  return JSON.stringify({
    error: refusal.message,
    code: refusal.code,
    ...(refusal.details.item === undefined
      ? {}
      : { item: JSON.parse(refusal.details.item) }),
    ...(refusal.status >= 500 ? { requestId } : {}),
  });
}

function headersOf(
  context: Context,
  refusal: ApiError | null,
): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "vary": "Origin",
    "access-control-expose-headers": "ETag, Retry-After",
  };
  if (context.cors !== null) {
    headers["access-control-allow-origin"] = context.cors;
  }
  const { allow, retryAfter } = refusal?.details ?? {};
  if (allow !== undefined) headers.allow = allow;
  if (retryAfter !== undefined) headers["retry-after"] = String(retryAfter);
  return headers;
}
