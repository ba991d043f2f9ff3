/** The Supabase client of the page, and how its answers become values or Problems. */

import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Config } from "../config.ts";
import { Problem, restProblem } from "./problem.ts";

export interface Api {
  readonly supabase: SupabaseClient;
  readonly config: Config;
  /** The site API, which published sites call. */
  readonly siteUrl: string;
}

/** The most rows that one request asks for; the platform's own default. */
export const MAX_ROWS = 1000;

/** Whether a text can be the id of a row; PostgreSQL refuses to look for any other. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

const TIMEOUT = 20_000; // milliseconds

/**
 * Connects to a project.
 *
 * @param onRefused Told that the API no longer knows the session.
 */
export function connect(config: Config, onRefused: () => void): Api {
  let renewing: Promise<string | null> | null = null;
  async function watched(input: RequestInfo | URL, init?: RequestInit) {
    const answer = await fetchInTime(input, init);
    if (!wasRefused(input, init, answer)) return answer;
    // A clock that differs, keys that changed: a new token may be good where the old one is not.
    renewing ??= renewedToken(supabase).finally(() => renewing = null);
    const token = await renewing;
    const again = token === null
      ? answer
      : await fetchInTime(input, withToken(init, token));
    if (wasRefused(input, init, again)) onRefused();
    return again;
  }
  function wasRefused(
    input: RequestInfo | URL,
    init: RequestInit | undefined,
    answer: Response,
  ): boolean {
    const signedIn = new Headers(init?.headers).get("Authorization") !==
      `Bearer ${config.publishableKey}`;
    const address = input instanceof Request ? input.url : String(input);
    return answer.status === 401 && signedIn && address.includes("/rest/v1/");
  }
  const supabase: SupabaseClient = createClient(
    config.apiUrl,
    config.publishableKey,
    {
      auth: { persistSession: true, autoRefreshToken: true },
      // Seven seconds of trying again would go by in silence; a list that failed says so at once and
      // loads itself anew (primitives/load.ts).
      db: { retry: false },
      global: { fetch: watched },
    },
  );
  const siteUrl = `${config.apiUrl}/functions/v1/project-backend-api`;
  return { supabase, config, siteUrl };
}

/** A new access token for the session; null if there is none. */
async function renewedToken(supabase: SupabaseClient): Promise<string | null> {
  const { data } = await supabase.auth.refreshSession();
  return data.session?.access_token ?? null;
}

function withToken(init: RequestInit = {}, token: string): RequestInit {
  const headers = new Headers(init.headers);
  headers.set("Authorization", `Bearer ${token}`);
  return { ...init, headers };
}

/** A request that hangs is as good as none: it fails and can be tried again. */
function fetchInTime(input: RequestInfo | URL, init: RequestInit = {}) {
  const signals = [AbortSignal.timeout(TIMEOUT)];
  if (init.signal) signals.push(init.signal);
  return fetch(input, { ...init, signal: AbortSignal.any(signals) });
}

interface Answer {
  readonly data: unknown;
  readonly error: { readonly message: string; readonly code?: string } | null;
  readonly status: number;
  readonly count?: number | null;
}

/** One page of a list, and how long the whole list is. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

/** The rows of an answer. Throws Problem. */
export async function rows<Row>(
  request: PromiseLike<Answer>,
): Promise<readonly Row[]> {
  return (await page<Row>(request)).rows;
}

/** The rows of an answer with their exact count. Throws Problem. */
export async function page<Row>(
  request: PromiseLike<Answer>,
): Promise<Page<Row>> {
  const answer = await settle(request);
  const found = (answer.data ?? []) as Row[];
  return { rows: found, total: answer.count ?? found.length };
}

/** The one value of an answer. Throws Problem, "gone" where there is none. */
export async function one<Value>(
  request: PromiseLike<Answer>,
): Promise<Value> {
  const { data } = await settle(request);
  const value = Array.isArray(data) ? data[0] : data;
  if (value === null || value === undefined) throw new Problem("gone");
  return value as Value;
}

/** Waits for a change to be made. Throws Problem. */
export async function done(request: PromiseLike<Answer>): Promise<void> {
  await settle(request);
}

async function settle(request: PromiseLike<Answer>): Promise<Answer> {
  const answer = await request;
  if (answer.error) {
    // A page that begins behind the last row: the list shrank meanwhile.
    if (answer.status === 416) return { ...answer, data: [], error: null };
    throw restProblem(answer.error, answer.status);
  }
  return answer;
}

/** A text as the computed column `search_text` holds it: as JSON writes it. */
export function searched(text: string): string {
  return literal(JSON.stringify(text).slice(1, -1));
}

/** A text as a regular expression that matches just that text. */
export function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

const AT_ONCE = 3; // requests of one action under way

/**
 * Does the work of each portion, a few at a time. After one that fails none begins, and those under
 * way end before its error is thrown.
 */
export async function eachPortion<Portion>(
  portions: Iterable<Portion>,
  work: (portion: Portion) => Promise<void>,
): Promise<void> {
  const left = portions[Symbol.iterator]();
  const failures: unknown[] = [];
  async function worker() {
    while (failures.length === 0) {
      const next = left.next();
      if (next.done) return;
      try {
        await work(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (failures.length > 0) throw failures[0];
}

/**
 * An id for a row that is to be made (RFC 9562, version 4). `crypto.randomUUID` would do, and is
 * missing where the page is served without https.
 */
export function newId(): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))].map((one, at) =>
    at === 6 ? one & 0x0f | 0x40 : at === 8 ? one & 0x3f | 0x80 : one
  );
  const hex = bytes.map((one) => one.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Ids in portions that fit into an address. */
export function* portions<Item>(
  items: readonly Item[],
  size = 100,
): Generator<Item[]> {
  for (let start = 0; start < items.length; start += size) {
    yield items.slice(start, start + size);
  }
}
