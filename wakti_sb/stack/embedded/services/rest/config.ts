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

/** The settings with those of `alter role authenticator set pgrst.…` over them. */
export function withSettings(
  config: Config,
  settings: Readonly<Record<string, string>>,
): Config {
  const text = (name: string) => settings[name];
  const list = (name: string) =>
    text(name)?.split(",").map((one) => one.trim()).filter((one) => one !== "");
  const flag = (name: string) => {
    const value = text(name)?.toLowerCase();
    if (value === "true" || value === "on" || value === "1") return true;
    if (value === "false" || value === "off" || value === "0") return false;
    return undefined;
  };
  const ending = TX_ENDS[text("db_tx_end") ?? ""];
  const mode = text("openapi_mode");
  const rows = text("db_max_rows");
  const preRequest = text("db_pre_request");
  const schemas = list("db_schemas") ?? list("db_schema");
  return {
    ...config,
    schemas: schemas && schemas.length > 0 ? schemas : config.schemas,
    extraSearchPath: list("db_extra_search_path") ?? config.extraSearchPath,
    maxRows: rows !== undefined && /^\d+$/.test(rows)
      ? Number(rows)
      : config.maxRows,
    preRequest: preRequest ? nameOf(preRequest) : config.preRequest,
    rootFunction: text("db_root_spec") || config.rootFunction,
    aggregates: flag("db_aggregates_enabled") ?? config.aggregates,
    plans: flag("db_plan_enabled") ?? config.plans,
    rollback: ending?.rollback ?? config.rollback,
    mayEndTransaction: ending?.mayEndTransaction ?? config.mayEndTransaction,
    openapi: mode === "disabled" || mode === "ignore-privileges" ||
        mode === "follow-privileges"
      ? mode
      : config.openapi,
    openapiSecurity: flag("openapi_security_active") ?? config.openapiSecurity,
    openapiProxy: text("openapi_server_proxy_uri") || config.openapiProxy,
    hoisted: list("db_hoisted_tx_settings") ?? config.hoisted,
    serverTiming: flag("server_timing_enabled") ?? config.serverTiming,
    traceHeader: text("server_trace_header") || config.traceHeader,
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
