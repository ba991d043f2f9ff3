/** How the Data API is set up: what the project says, then what the database says. */

import type { Name } from "./schema/model.ts";

export interface Config {
  /** Exposed schemas; the first is the default. */
  readonly schemas: readonly string[];
  /** Searched for names after the schema of the request. */
  readonly extraSearchPath: readonly string[];
  /** The most rows of an answer; null: no limit. */
  readonly maxRows: number | null;
  readonly anonRole: string | null;
  /** A function that every request calls before its own work. */
  readonly preRequest: Name | null;
  /** A function that answers for the root, in place of the description. */
  readonly rootFunction: string | null;
  readonly aggregates: boolean;
  /** Whether `Accept: application/vnd.pgrst.plan` is answered. */
  readonly plans: boolean;
  /** Whether transactions are rolled back unless told otherwise. */
  readonly rollback: boolean;
  /** Whether a request may tell how its transaction ends. */
  readonly mayEndTransaction: boolean;
  readonly openapi: "follow-privileges" | "ignore-privileges" | "disabled";
  readonly openapiSecurity: boolean;
  readonly openapiProxy: string | null;
  /** Patterns of the settings of functions that hold for their whole transaction. */
  readonly hoisted: readonly string[];
  /** Settings made in every transaction. */
  readonly appSettings: readonly (readonly [name: string, value: string])[];
  /** Whether DELETE and UPDATE without a filter are refused. */
  readonly safeUpdate: boolean;
  readonly serverTiming: boolean;
  readonly traceHeader: string | null;
}

/** What the platform's defaults are. */
export const DEFAULTS: Config = {
  schemas: ["public", "graphql_public"],
  extraSearchPath: ["public", "extensions"],
  maxRows: 1000,
  anonRole: "anon",
  preRequest: null,
  rootFunction: null,
  aggregates: false,
  plans: false,
  rollback: false,
  mayEndTransaction: false,
  openapi: "follow-privileges",
  openapiSecurity: false,
  openapiProxy: null,
  hoisted: [
    "statement_timeout",
    "plan_filter.statement_cost_limit",
    "default_transaction_isolation",
  ],
  appSettings: [],
  safeUpdate: true,
  serverTiming: false,
  traceHeader: null,
};

/** What a setting changes; null if it means nothing. */
type Reader = (value: string) => Partial<Config> | null;

/** The settings that hold, by their name after `pgrst.`. */
const READERS: Readonly<Record<string, Reader>> = {
  db_schemas: (value) => {
    const schemas = listOf(value);
    return schemas.length > 0 ? { schemas } : null;
  },
  db_extra_search_path: (value) => ({ extraSearchPath: listOf(value) }),
  db_max_rows: (value) =>
    /^\d+$/.test(value) ? { maxRows: Number(value) } : null,
  db_pre_request: (value) => ({
    preRequest: value === "" ? null : nameOf(value),
  }),
  db_root_spec: (value) => ({ rootFunction: value || null }),
  db_aggregates_enabled: flag((aggregates) => ({ aggregates })),
  db_plan_enabled: flag((plans) => ({ plans })),
  db_tx_end: (value) => TX_ENDS[value] ?? null,
  db_hoisted_tx_settings: (value) => ({ hoisted: listOf(value) }),
  openapi_mode: (value) =>
    value === "disabled" || value === "ignore-privileges" ||
      value === "follow-privileges"
      ? { openapi: value }
      : null,
  openapi_security_active: flag((openapiSecurity) => ({ openapiSecurity })),
  openapi_server_proxy_uri: (value) => ({ openapiProxy: value || null }),
  server_timing_enabled: flag((serverTiming) => ({ serverTiming })),
  server_trace_header: (value) => ({ traceHeader: value || null }),
};

/** The settings with those of `alter role authenticator set pgrst.…` over them. */
export function withSettings(
  config: Config,
  settings: Readonly<Record<string, string>>,
): Config {
  const changes = Object.entries(settings).map(([name, value]) =>
    READERS[name]?.(value) ?? {}
  );
  return Object.assign({}, config, ...changes);
}

/** What is set and means nothing here, with its full name. */
export function ignoredSettings(
  settings: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(settings)
    .filter(([name, value]) => (READERS[name]?.(value) ?? null) === null)
    .map(([name]) => `pgrst.${name}`);
}

function listOf(text: string): string[] {
  return text.split(",").map((one) => one.trim()).filter((one) => one !== "");
}

function flag(change: (value: boolean) => Partial<Config>): Reader {
  return (text) => {
    const value = text.toLowerCase();
    if (["true", "on", "1"].includes(value)) return change(true);
    if (["false", "off", "0"].includes(value)) return change(false);
    return null;
  };
}

const TX_ENDS: Readonly<
  Record<string, Pick<Config, "rollback" | "mayEndTransaction">>
> = {
  "commit": { rollback: false, mayEndTransaction: false },
  "commit-allow-override": { rollback: false, mayEndTransaction: true },
  "rollback": { rollback: true, mayEndTransaction: false },
  "rollback-allow-override": { rollback: true, mayEndTransaction: true },
};

/** `schema.function`, or the function alone. */
function nameOf(text: string): Name {
  const dot = text.indexOf(".");
  return dot < 0
    ? { schema: "", name: text }
    : { schema: text.slice(0, dot), name: text.slice(dot + 1) };
}
