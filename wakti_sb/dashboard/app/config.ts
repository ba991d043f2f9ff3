/** Which project the page talks to: a small file beside it says so. */

import type { Limits } from "./api/limits.ts";

export interface Config {
  /** The API's address, without a trailing slash. */
  readonly apiUrl: string;
  /** For browsers; row level security protects what it can reach. */
  readonly publishableKey: string;
  /** What this backend takes; missing ones are the usual. */
  readonly limits?: Partial<Limits>;
}

/** `config.json` is missing or says something else. */
export class ConfigError extends Error {}

/** Reads `config.json`. An empty `apiUrl` is the origin of the page itself. */
export async function loadConfig(): Promise<Config> {
  const answer = await fetch("config.json", { cache: "no-cache" });
  if (!answer.ok) throw new ConfigError(`config.json: ${answer.status}`);
  const value: unknown = await answer.json();
  if (!isConfig(value)) {
    throw new ConfigError("config.json needs apiUrl and publishableKey");
  }
  const apiUrl = new URL(value.apiUrl, location.origin).href;
  return { ...value, apiUrl: apiUrl.replace(/\/+$/, "") };
}

function isConfig(value: unknown): value is Config {
  return typeof value === "object" && value !== null &&
    "apiUrl" in value && typeof value.apiUrl === "string" &&
    "publishableKey" in value && typeof value.publishableKey === "string" &&
    (!("limits" in value) ||
      typeof value.limits === "object" && value.limits !== null);
}
