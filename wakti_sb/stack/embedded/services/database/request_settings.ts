/** What a request's statements see of it: the settings that PostgREST makes for each one. */

import type { Claims } from "../credentials.ts";

/** A setting of PostgreSQL by name. */
export type Setting = readonly [name: string, value: string];

/** What a function may ask about the request that called it. */
export type RequestHead = Pick<Request, "method" | "url" | "headers">;

/**
 * The settings of one transaction. The role comes last: what follows it would be set with the
 * caller's rights.
 *
 * @param role The database role that the statements run as.
 * @param claims The payload of the caller's token, for `auth.uid()` and its kin.
 * @param request Seen by functions as `request.method`, `.path`, `.headers` and `.cookies`.
 * @param roleSettings What `alter role … set …` says; plain SET ROLE does not apply it.
 */
export function requestSettings(
  role: string,
  claims: Claims,
  request: RequestHead | undefined,
  roleSettings: readonly Setting[],
): Setting[] {
  const settings: Setting[] = [
    ["search_path", '"public", "extensions"'],
    ["request.jwt.claims", JSON.stringify(claims)],
    ["request.jwt.claim.role", role],
    ["request.jwt.claim.sub", text(claims.sub)],
    ["request.jwt.claim.email", text(claims.email)],
    ["response.status", ""],
    ["response.headers", ""],
  ];
  if (request) {
    const headers = Object.fromEntries(request.headers);
    settings.push(
      ["request.method", request.method],
      ["request.path", pathOf(request)],
      ["request.headers", JSON.stringify(headers)],
      ["request.cookies", JSON.stringify(cookiesOf(headers.cookie))],
    );
    if (request.method === "GET" || request.method === "HEAD") {
      settings.push(["transaction_read_only", "on"]);
    }
  }
  return [...settings, ...roleSettings, ["role", role]];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The path below the Data API, as PostgREST sees it. */
function pathOf(request: RequestHead): string {
  return new URL(request.url).pathname.replace(/^\/rest\/v1/, "") || "/";
}

function cookiesOf(header: string | undefined): Record<string, string> {
  const cookies: Record<string, string> = {};
  for (const pair of header?.split(";") ?? []) {
    const [name, ...value] = pair.split("=");
    if (name?.trim()) cookies[name.trim()] = value.join("=").trim();
  }
  return cookies;
}
