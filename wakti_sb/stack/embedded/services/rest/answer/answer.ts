/** The answer to a request whose statement has run. */

import { encodedForLocation } from "../grammar/query_string.ts";
import { contentType, type Media } from "../grammar/media.ts";
import { applied, type Preferences } from "../grammar/prefer.ts";
import type { Range } from "../grammar/range.ts";
import type { ChangeRows, RowsPlan } from "../plan/plan.ts";
import type { ApiRequest } from "../request.ts";
import type { Result } from "../run.ts";
import {
  badResponseHeaders,
  badResponseStatus,
  outOfBounds,
} from "../refusals.ts";

/** Throws Problem. */
export function answer(
  plan: RowsPlan,
  request: ApiRequest,
  result: Result,
): Response {
  const { status, headers, body } = parts(plan, request, result);
  const preferences = applied(applicable(plan, request));
  if (preferences !== null) headers["preference-applied"] = preferences;
  return respond(status, headers, body, result);
}

interface Parts {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Result["body"] | null;
}

function parts(plan: RowsPlan, request: ApiRequest, result: Result): Parts {
  switch (plan.kind) {
    case "read": {
      const { canonical } = request.query;
      const query = canonical === "" ? "" : `?${canonical}`;
      const read = rangeOf(request.range, result);
      const { name } = plan.table;
      return {
        status: read.status,
        headers: {
          "content-range": read.contentRange,
          "content-location": `/${encodeURI(name)}${query}`,
          ...contentHeaders(plan.media, request),
        },
        body: plan.head ? null : read.body,
      };
    }
    case "call": {
      const read = rangeOf(request.range, result);
      const headers = { "content-range": read.contentRange };
      const { returns, isSet, isComposite } = plan.call.routine;
      const isVoid = !isSet && !isComposite && returns.name === "void" &&
        returns.schema === "pg_catalog";
      if (isVoid) return { status: 204, headers, body: null };
      return {
        status: read.status,
        headers: { ...headers, ...contentHeaders(plan.media, request) },
        body: plan.head ? null : read.body,
      };
    }
    case "mutate":
      return changed(plan, request, result);
  }
}

function changed(plan: ChangeRows, request: ApiRequest, result: Result): Parts {
  const { preferences } = request;
  const counts = preferences.count === "exact" ||
    preferences.count === "estimated";
  const total = counts ? result.rows : null;
  const sendsRows = preferences.return === "representation";
  const content = sendsRows ? contentHeaders(plan.media, request) : {};
  const body = sendsRows ? result.body : null;
  switch (plan.mutation) {
    case "insert": {
      const headers: Record<string, string> = {
        "content-range": contentRange(1, 0, total),
        ...content,
      };
      if (result.location.length > 0) {
        headers.location = locationOf(plan.table.name, result.location);
      }
      const merged = preferences.resolution === "merge-duplicates" &&
        result.inserted !== null && result.inserted <= 0;
      const status = result.inserted === null || merged ? 200 : 201;
      return { status, headers, body };
    }
    case "update": {
      const headers = {
        "content-range": contentRange(0, result.rows - 1, total),
        ...content,
      };
      return { status: sendsRows ? 200 : 204, headers, body };
    }
    case "upsert": {
      const status = (result.inserted ?? 0) > 0 ? 201 : 200;
      return { status: sendsRows ? status : 204, headers: content, body };
    }
    case "delete": {
      const headers = {
        "content-range": contentRange(1, 0, total),
        ...content,
      };
      return { status: sendsRows ? 200 : 204, headers, body };
    }
  }
}

function rangeOf({ first }: Range, { rows, total, body }: Result) {
  const last = first + rows - 1;
  const range = contentRange(first, last, total);
  if (total !== null && first > total) {
    const problem = outOfBounds(first, String(total));
    return {
      status: 416,
      contentRange: range,
      body: JSON.stringify(problem.body),
    };
  }
  const isPart = total !== null && last + 1 - first < total;
  return { status: isPart ? 206 : 200, contentRange: range, body };
}

function contentRange(first: number, last: number, total: number | null) {
  const range = total !== 0 && first <= last ? `${first}-${last}` : "*";
  return `${range}/${total ?? "*"}`;
}

/** What the answer holds, and of which schema. */
export function contentHeaders(
  media: Media,
  { schema, schemaNegotiated }: ApiRequest,
): Record<string, string> {
  return {
    "content-type": contentType(media),
    ...schemaNegotiated ? { "content-profile": bytesOf(schema) } : {},
  };
}

/** Headers are bytes: UTF-8, one character for each. */
export function bytesOf(text: string): string {
  return [...new TextEncoder().encode(text)].map((one) =>
    String.fromCharCode(one)
  ).join("");
}

function locationOf(table: string, key: Result["location"]): string {
  const pairs = key.map(([name, filter]) =>
    `${encodedForLocation(name)}=${encodedForLocation(filter)}`
  );
  return `/${encodeURI(table)}?${pairs.join("&")}`;
}

/** The preferences that meant something for this request. */
function applicable(plan: RowsPlan, request: ApiRequest): Preferences {
  const { preferences, query } = request;
  const mutation = plan.kind === "mutate" ? plan.mutation : null;
  const hasConflict = plan.kind === "mutate" &&
    (plan.table.primaryKey.length > 0 || query.onConflict !== null);
  const takesMissing = mutation === "insert" || mutation === "update";
  const isLimited = mutation === "update" || mutation === "delete" ||
    plan.kind === "call";
  return {
    ...preferences,
    resolution: mutation === "insert" && hasConflict
      ? preferences.resolution
      : null,
    return: mutation === null ? null : preferences.return,
    missing: takesMissing ? preferences.missing : null,
    maxAffected: isLimited ? preferences.maxAffected : null,
  };
}

const WITHOUT_BODY = new Set([204, 205, 304]);

/** The answer with the status and the headers that a function has set. Throws Problem. */
function respond(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Result["body"] | null,
  set: Pick<Result, "status" | "headers">,
): Response {
  const all = new Headers(headers);
  const own = set.headers === null ? [] : headersOf(set.headers);
  for (const [name] of own) all.delete(name);
  for (const [name, value] of own) all.append(name, value);
  const final = set.status === null ? status : statusOf(set.status);
  return new Response(WITHOUT_BODY.has(final) ? null : body, {
    status: final,
    headers: all,
  });
}

function statusOf(text: string): number {
  const digits = /^\d+/.exec(text)?.[0];
  const status = Number(digits);
  if (digits === undefined || status < 200 || status > 599) {
    throw badResponseStatus();
  }
  return status;
}

function headersOf(text: string): [name: string, value: string][] {
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) throw badResponseHeaders();
    const headers = list.map((one): [string, string] => {
      const [pair, ...others] = Object.entries(one as Record<string, unknown>);
      if (!pair || others.length > 0 || typeof pair[1] !== "string") {
        throw badResponseHeaders();
      }
      return [pair[0], bytesOf(pair[1])];
    });
    new Headers(headers);
    return headers;
  } catch {
    throw badResponseHeaders();
  }
}
