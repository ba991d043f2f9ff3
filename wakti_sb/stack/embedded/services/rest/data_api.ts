/**
 * The Data API: a request becomes a plan over what is known of the database, the plan one
 * statement, and what that returns is passed on.
 */

import { logError } from "../log.ts";
import type { Problem } from "../problem.ts";
import { answer, contentHeaders } from "./answer/answer.ts";
import { databaseProblem } from "./database_refusals.ts";
import { refusal } from "./refusals.ts";
import { tableMethods } from "./answer/methods.ts";
import { describe } from "./answer/openapi.ts";
import type { Config } from "./config.ts";
import { type Database, PROBE } from "./database.ts";
import { readPreferences } from "./grammar/prefer.ts";
import { type Plan, planRequest } from "./plan/plan.ts";
import { type ApiRequest, type Incoming, readRequest } from "./request.ts";
import { runPlan } from "./run.ts";
import { readSnapshot, type Snapshot } from "./schema/cache.ts";
import { readTimezones } from "./schema/timezones.ts";
import type { Caller } from "./sql/settings.ts";

/** Codes that may mean that the schema has changed since it was read. */
const PERHAPS_STALE = new Set([
  "PGRST106",
  "PGRST200",
  "PGRST202",
  "PGRST204",
  "PGRST205",
  "42703",
  "42883",
  "42P01",
]);

export class DataApi {
  #reading: Promise<Snapshot> | null = null;
  readonly #told = new Set<string>();
  #timezones: Promise<ReadonlySet<string>> | null = null;

  /** Waits for announcements that are under way; whether none can have been missed. */
  catchUp: () => Promise<boolean> = () => Promise.resolve(false);

  /**
   * @param database Where `authenticator` logs in.
   * @param base What the project says; settings of the database go over it.
   */
  constructor(readonly database: Database, readonly base: Config) {}

  /** Forgets what is known of the schema: the next request reads it anew. */
  forget(): void {
    this.#reading = null;
  }

  /** The database was replaced: nothing that is known of it holds. */
  renew(): void {
    this.forget();
    this.database.renew();
  }

  async close(): Promise<void> {
    await this.database.close();
  }

  /** Whether the database answers. */
  async ping(): Promise<boolean> {
    try {
      await this.database.session(true, (session) => session.run([PROBE]));
      return true;
    } catch {
      return false;
    }
  }

  /** What is known of the schema. Throws Problem if it cannot be read. */
  async snapshot(): Promise<Snapshot> {
    const reading = this.#reading ?? this.#read();
    try {
      return await reading;
    } catch (error) {
      if (this.#reading === reading) this.#reading = null;
      throw databaseProblem(error, true) === null ? error : noSchema();
    }
  }

  #read(): Promise<Snapshot> {
    return this.#reading = this.database.session(true, async (session) => {
      // What the server remembers of every table and function is 10 MiB and more.
      session.isLast = true;
      const snapshot = await readSnapshot(session, this.base);
      this.#tellIgnored(snapshot);
      return snapshot;
    });
  }

  /** Says once which settings mean nothing here: somebody has set them for a reason. */
  #tellIgnored({ ignored }: Snapshot): void {
    for (const name of ignored.filter((one) => !this.#told.has(one))) {
      this.#told.add(name);
      logError(`The Data API does not obey the setting ${name}.`);
    }
  }

  /** Answers a request of a caller. Throws Problem. */
  async fetch(incoming: Incoming, caller: Caller): Promise<Response> {
    const known = this.#reading;
    try {
      return await this.#answer(incoming, caller);
    } catch (error) {
      const { code } = (error as Partial<Problem>).body ?? {};
      if (!PERHAPS_STALE.has(String(code))) throw error;
      if (!(await this.#mayHaveChanged(known))) throw error;
      return await this.#answer(incoming, caller);
    }
  }

  /** Whether the schema was read anew since, or has to be. */
  async #mayHaveChanged(known: Promise<Snapshot> | null): Promise<boolean> {
    if (known === null || known !== this.#reading) return known !== null;
    const { announces } = await this.snapshot();
    if (announces && await this.catchUp()) return known !== this.#reading;
    this.forget();
    return true;
  }

  async #answer(incoming: Incoming, caller: Caller): Promise<Response> {
    const snapshot = await this.snapshot();
    const { config } = snapshot;
    const times = new Times();
    const preferences = await this.#preferences(incoming, config);
    const request = readRequest(incoming, config, preferences);
    times.end("parse");
    const plan = planRequest(request, snapshot);
    times.end("plan");
    const response = await this.#carryOut(
      plan,
      request,
      caller,
      snapshot,
      times,
    );
    times.end("response");
    if (config.serverTiming) {
      response.headers.set(
        "server-timing",
        times.header(incoming.verified ?? 0),
      );
    }
    const { traceHeader } = config;
    if (traceHeader !== null) {
      response.headers.set(
        traceHeader,
        incoming.headers.get(traceHeader) ?? "",
      );
    }
    return response;
  }

  async #preferences({ headers }: Incoming, config: Config) {
    const header = headers.get("prefer");
    const zones = header?.includes("timezone=")
      ? await this.#knownTimezones()
      : new Set<string>();
    return readPreferences(header, config.mayEndTransaction, zones);
  }

  #knownTimezones(): Promise<ReadonlySet<string>> {
    this.#timezones ??= this.database.session(true, readTimezones);
    this.#timezones.catch(() => this.#timezones = null);
    return this.#timezones;
  }

  async #carryOut(
    plan: Plan,
    request: ApiRequest,
    caller: Caller,
    snapshot: Snapshot,
    times: Times,
  ): Promise<Response> {
    switch (plan.kind) {
      case "read":
      case "mutate":
      case "call": {
        const outcome = await runPlan(
          this.database,
          plan,
          request,
          caller,
          snapshot,
        );
        times.end("transaction");
        return outcome.kind === "rows"
          ? answer(plan, request, outcome.result)
          : new Response(outcome.text, {
            headers: contentHeaders(plan.media, request),
          });
      }
      case "describe": {
        const description = await describe(
          this.database,
          plan,
          request,
          caller,
          snapshot,
        );
        times.end("transaction");
        return description;
      }
      case "table-info":
        return allowing(tableMethods(plan.table));
      case "function-info":
        return allowing(
          plan.routine.volatility === "v"
            ? "OPTIONS,POST"
            : "OPTIONS,GET,HEAD,POST",
        );
      case "schema-info":
        return allowing("OPTIONS,GET,HEAD");
    }
  }
}

/** How long the parts of an answer took, where somebody wants to know. */
class Times {
  #since = performance.now();
  readonly #parts: string[] = [];

  end(part: string): void {
    const now = performance.now();
    this.#parts.push(`${part};dur=${(now - this.#since).toFixed(1)}`);
    this.#since = now;
  }

  header(verified: number): string {
    return [`jwt;dur=${verified.toFixed(1)}`, ...this.#parts].join(", ");
  }
}

function noSchema(): Problem {
  return refusal(
    503,
    "PGRST002",
    "Could not query the database for the schema cache. Retrying.",
    { headers: { "retry-after": "1" } },
  );
}

function allowing(methods: string): Response {
  return new Response("", {
    headers: { "access-control-allow-origin": "*", "allow": methods },
  });
}
