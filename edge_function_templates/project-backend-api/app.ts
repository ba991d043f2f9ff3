import * as auth from "./auth.ts";
import { bodyKind, type JsonObject, queryOf, readJson } from "./body.ts";
import { clientOf, type Source } from "./client.ts";
import * as collections from "./collections.ts";
import type { Context, Handler, Services } from "./context.ts";
import { allMethods, originOf, preflight } from "./cors.ts";
import { ApiError } from "./errors.ts";
import { submit } from "./forms.ts";
import { describe, type Log } from "./log.ts";
import { isUuid } from "./schemas.ts";
import { Tally } from "./tally.ts";
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

const actions: ReadonlyMap<string, Methods> = new Map<string, Methods>([
  ["submit", { POST: submit }],
  ["auth/signup", { POST: auth.signup }],
  ["auth/login", { POST: auth.login }],
  ["auth/me", { POST: auth.me }],
  ["auth/logout", { POST: auth.logout }],
  ["upload/delete", { POST: deleteUpload }],
  ["health", { GET: health }],
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
    const status = refusal?.status ?? 200;
    const cause = refusal?.details.cause;
    log({
      requestId,
      action: context.action,
      project: context.project,
      status,
      code: refusal?.code ?? null,
      ms: Math.round((performance.now() - started) * 100) / 100,
      ...(cause === undefined ? {} : { cause: describe(cause) }),
    });
    return new Response(body, { status, headers: headersOf(context, refusal) });
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
      if (bodyKind(request.headers) === "form") {
        if (request.method !== "POST") throw methodNotAllowed({ POST: submit });
        return await upload(context);
      }
      countLarge(context);
      return await dispatch(context, await readJson(request));
    default:
      throw new ApiError("method_not_allowed", null, { allow: allMethods });
  }
}

/** Bytes from which on a body is worth counting, and how many of them a client may send a minute. */
const large = 64 * 1024;

const mostLarge = 60;

const largeBodies = new Tally();

/** What a stranger sends is parsed before any gate is known; so there is a gate before that. */
function countLarge({ request, client }: Context): void {
  const size = Number(request.headers.get("content-length") ?? Infinity);
  if (size > large && largeBodies.add(client ?? "unknown") > mostLarge) {
    throw new ApiError("rate_limited", null, { retryAfter: 60 });
  }
}

function dispatch(context: Context, input: JsonObject): Promise<string> {
  const { action, projectId } = input;
  if (projectId === undefined && action !== "health") {
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

function methodsOf(action: string): Methods | undefined {
  if (!action.startsWith("collection/")) return actions.get(action);
  const name = action.slice("collection/".length);
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
    throw new ApiError(
      "invalid_field",
      "A collection's name takes letters, digits, _ and -, at most 64",
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

function refusalBody(refusal: ApiError, requestId: string): string {
  return JSON.stringify({
    error: refusal.message,
    code: refusal.code,
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
    "access-control-expose-headers": "Retry-After",
  };
  if (context.cors !== null) {
    headers["access-control-allow-origin"] = context.cors;
  }
  const { allow, retryAfter } = refusal?.details ?? {};
  if (allow !== undefined) headers.allow = allow;
  if (retryAfter !== undefined) headers["retry-after"] = String(retryAfter);
  return headers;
}
