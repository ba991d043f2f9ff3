/** What a transaction begins with: the caller's role, and what functions may ask of the request. */

import type { Config } from "../config.ts";
import type { ApiRequest } from "../request.ts";
import type { RoleSettings } from "../schema/cache.ts";
import type { Name } from "../schema/model.ts";
import { nameSql } from "./fields.ts";
import { Fragment, joined, quoted, raw, sql, value } from "./fragment.ts";

/** Who asks: the role that statements run as, and the payload of the token. */
export interface Caller {
  readonly role: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

type Setting = readonly [name: string, value: string];

/**
 * The statement that makes the settings of a transaction.
 *
 * Those of the role come before the role itself: it may have no right to make them.
 *
 * @param own Settings of the function that is called.
 */
export function settingsSql(
  request: ApiRequest,
  caller: Caller,
  config: Config,
  role: RoleSettings | undefined,
  own: readonly Setting[],
  { readOnly, watched }: {
    readonly readOnly: boolean;
    readonly watched: boolean;
  },
): Fragment {
  const path = [request.schema, ...config.extraSearchPath];
  const { timezone } = request.preferences;
  const { headers, cookies } = readHeaders(request.headers);
  const settings: Setting[] = [
    ...readOnly ? [["transaction_read_only", "on"]] as const : [],
    ...watched ? TELL_STATEMENTS : [],
    ["search_path", path.map(quoted).join(", ")],
    ...role?.settings ?? [],
    ["role", caller.role],
    ["request.jwt.claims", JSON.stringify(caller.claims)],
    ["request.method", request.method],
    ["request.path", request.path],
    ["request.headers", headers],
    ["request.cookies", cookies],
    ...timezone === null ? [] : [["timezone", timezone]] as const,
    ...own,
    ...config.appSettings,
  ];
  const calls = settings.map(([name, text]) =>
    sql`set_config(${value(name)}, ${value(text)}, true)`
  );
  return sql`select ${joined(calls, ", ")}`;
}

/** The server tells the statements that functions run, as notices. */
const TELL_STATEMENTS: readonly Setting[] = [
  ["auto_explain.log_min_duration", "0"],
  ["auto_explain.log_nested_statements", "on"],
  ["auto_explain.log_level", "notice"],
  ["auto_explain.log_format", "json"],
];

export function preRequestSql(name: Name): Fragment {
  return sql`select ${nameSql(name)}()`;
}

/** How a transaction begins that does not begin by itself. */
export function beginSql(
  isolation: string | null,
  readOnly: boolean,
): Fragment {
  const level = ISOLATION[isolation?.toLowerCase() ?? ""] ?? "read committed";
  return raw(
    `begin isolation level ${level} ${readOnly ? "read only" : "read write"}`,
  );
}

const ISOLATION: Readonly<Record<string, string>> = {
  "repeatable read": "repeatable read",
  "serializable": "serializable",
};

function readHeaders(all: Headers) {
  const headers: Record<string, string> = {};
  const cookies: Record<string, string> = {};
  for (const [name, text] of all) {
    if (name !== "cookie") headers[name] = withoutNul(text);
    else readCookies(withoutNul(text), cookies);
  }
  return {
    headers: JSON.stringify(headers),
    cookies: JSON.stringify(cookies),
  };
}

function readCookies(text: string, cookies: Record<string, string>): void {
  for (const pair of text.split(";")) {
    const [name, ...parts] = pair.split("=");
    const trimmed = name!.trim();
    if (trimmed !== "") cookies[trimmed] ??= parts.join("=").trim();
  }
}

/** PostgreSQL's texts hold no NUL. */
function withoutNul(text: string): string {
  return text.replaceAll("\0", "");
}
