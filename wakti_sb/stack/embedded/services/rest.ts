/** The Data API: Lite's, with what it lacks before and behind it. */

import { readText } from "./body.ts";
import { bearerOf, type Credentials, looksLikeToken } from "./credentials.ts";
import type { PlatformConnection } from "./database/platform_connection.ts";
import { currentRequest } from "./database/request_settings.ts";
import { type Caller, currentCaller, type Lite } from "./lite.ts";
import { logError } from "./log.ts";
import { Problem } from "./problem.ts";

/** The most bytes of a body. */
const BODY_LIMIT = 20 * 1024 * 1024;

/** Codes that may mean that the schema has changed since it was read. */
const PERHAPS_STALE = new Set([
  "PGRST200",
  "PGRST202",
  "PGRST204",
  "PGRST205",
  "42703",
  "42883",
  "42P01",
]);

/** Answers a request below `/rest/v1`, its API key already checked. Throws Problem. */
export async function rest(
  lite: Lite,
  connection: PlatformConnection,
  credentials: Credentials,
  request: Request,
): Promise<Response> {
  const token = bearerOf(request);
  // Lite would serve it as a visitor's request.
  if (token !== null && !looksLikeToken(token)) {
    const parts = token.split(".").length;
    throw refusal(
      401,
      "PGRST301",
      `Expected 3 parts in JWT; got ${parts}`,
    );
  }
  // PostgreSQL's protocol ends a name at a NUL.
  if (/%00/.test(request.url)) {
    throw refusal(400, "PGRST100", "The address holds a NUL character");
  }
  await connection.introspect().catch((error) => {
    logError(error);
    throw refusal(
      503,
      "PGRST002",
      "Could not query the database for the schema cache. Retrying.",
    );
  });
  const body = request.body === null ? null : await readBody(request);
  const { url, method, headers } = request;
  const caller = token === null ? null : await callerOf(token, credentials);
  const passed = new Headers(headers);
  if (caller !== null) passed.delete("authorization");
  const answer = () =>
    currentRequest.run({ url, method, headers }, () => {
      const copy = new Request(url, { method, headers: passed, body });
      if (caller === null) return lite(copy);
      return currentCaller.run(caller, () => lite(copy));
    });
  const asked = performance.now();
  const response = await answer();
  if (response.status === 500 && !isJson(response)) {
    throw refusal(500, "PGRSTX00", "An unexpected error occurred");
  }
  if (!(await perhapsStale(response))) return response;
  // On the platform a change of the schema tells the Data API; here the first miss asks.
  connection.clearSchemaCacheOlderThan(asked);
  return await answer();
}

/** Whose token it is; null if it is not good, for which Lite has the platform's words. */
async function callerOf(
  token: string,
  credentials: Credentials,
): Promise<Caller | null> {
  const claims = await credentials.verify(token).catch(() => null);
  return typeof claims?.role === "string"
    ? { ...claims, role: claims.role }
    : null;
}

/** The body, known to be UTF-8; as bytes, since text would bring a content type of its own. */
async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const text = await readText(
    request,
    BODY_LIMIT,
    (status, message) =>
      refusal(status, status === 413 ? "54000" : "PGRST102", message),
  );
  return new TextEncoder().encode(text);
}

function isJson(response: Response): boolean {
  return response.headers.get("content-type")?.includes("json") ?? false;
}

async function perhapsStale(response: Response): Promise<boolean> {
  const refused = response.status === 404 || response.status === 400;
  if (!refused || !isJson(response)) return false;
  const { code } = await response.clone().json();
  return PERHAPS_STALE.has(code);
}

function refusal(status: number, code: string, message: string): Problem {
  return new Problem(status, { code, message, details: null, hint: null });
}
