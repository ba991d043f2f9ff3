/** Requests below `/rest/v1`, their API key already checked. */

import { readBytes, readText } from "../body.ts";
import type { Credentials, KeyKind } from "../credentials.ts";
import { refusal } from "./refusals.ts";
import { callerOf } from "./caller.ts";
import type { DataApi } from "./data_api.ts";

/** The most bytes of a body. */
const BODY_LIMIT = 20 * 1024 * 1024;

/** Who asks, where a request has no token but an API key. */
const ROLES: Readonly<Record<KeyKind, string>> = {
  publishable: "anon",
  secret: "service_role",
};

/**
 * Answers a request. Throws Problem.
 *
 * @param path Below `/rest/v1`.
 * @param key What the API key opens.
 */
export async function answerRest(
  api: DataApi,
  credentials: Credentials,
  request: Request,
  path: string,
  key: KeyKind,
): Promise<Response> {
  const { method, headers } = request;
  const began = performance.now();
  const caller = await callerOf(
    headers,
    ROLES[key],
    (token) => credentials.verify(token),
  );
  const verified = performance.now() - began;
  const query = queryOf(request.url);
  const body = await bodyOf(request);
  return await api.fetch(
    { method, path, query, headers, body, verified },
    caller,
  );
}

/** The query as it stands in the address, without the API key. */
function queryOf(url: string): string {
  const at = url.indexOf("?");
  if (at < 0) return "";
  return url.slice(at + 1).replace(/#.*$/, "").split("&")
    .filter((pair) => !/^apikey=/.test(pair))
    .join("&");
}

/** As text; bytes as PostgreSQL spells them. */
async function bodyOf(request: Request): Promise<string> {
  if (request.body === null) return "";
  const refuse = (status: 400 | 413, message: string) =>
    refusal(status, status === 413 ? "54000" : "PGRST102", message);
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/octet-stream/i.test(type)) {
    return await readText(request, BODY_LIMIT, refuse);
  }
  const bytes = await readBytes(request, BODY_LIMIT, refuse);
  return `\\x${bytes.toHex()}`;
}
