/** What the process is told by its environment, checked once. */

import { type AuthSettings, DEFAULTS } from "./auth/settings.ts";

export interface Settings {
  /** Where the gateway listens, on 127.0.0.1; 0 lets the system choose. */
  readonly port: number;
  /** The database as its superuser; the service roles share its password. */
  readonly databaseUrl: string;
  readonly storageDir: string;
  /** The most bytes of a file, in every bucket. */
  readonly fileSizeLimit: number;
  readonly jwtSecret: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly anonKey: string;
  readonly serviceRoleKey: string;
  /** Where the process that runs the functions listens, on 127.0.0.1. */
  readonly launcherPort: number;
  /** What that process wants to hear first. */
  readonly launcherToken: string;
  /** Whether that process was started, since there is a function. */
  readonly hasFunctions: boolean;
  /** How long a function may take to begin its answer, in milliseconds. */
  readonly wallClock: number;
  /** Exposed over the Data API; the first is the default. */
  readonly schemas: readonly string[];
  /** Schemas searched for names after that of a request of the Data API. */
  readonly extraSearchPath: readonly string[];
  /** The most rows one request of the Data API returns. */
  readonly maxRows: number;
  readonly dashboardDir: string | null;
  /** Where the stack's processes write their logs, which are kept short here. */
  readonly logsDir: string | null;
  readonly auth: AuthSettings;
}

/** A variable is missing or wrong; the message never holds its value. */
export class SettingsError extends Error {
  constructor(readonly variable: string, problem: string) {
    super(`${variable} ${problem}`);
    this.name = "SettingsError";
  }
}

/** Every variable that `readSettings` looks at: what `--allow-env` must name. */
export const VARIABLES = [
  "WAKTI_PORT",
  "WAKTI_DB_URL",
  "WAKTI_STORAGE_DIR",
  "WAKTI_FILE_SIZE_LIMIT",
  "WAKTI_JWT_SECRET",
  "WAKTI_PUBLISHABLE_KEY",
  "WAKTI_SECRET_KEY",
  "WAKTI_ANON_KEY",
  "WAKTI_SERVICE_ROLE_KEY",
  "WAKTI_LAUNCHER_PORT",
  "WAKTI_LAUNCHER_TOKEN",
  "WAKTI_HAS_FUNCTIONS",
  "WAKTI_WALL_CLOCK",
  "WAKTI_SCHEMAS",
  "WAKTI_MAX_ROWS",
  "WAKTI_EXTRA_SEARCH_PATH",
  "WAKTI_DASHBOARD_DIR",
  "WAKTI_LOGS_DIR",
  "WAKTI_AUTH",
] as const;

type Variable = (typeof VARIABLES)[number];

/**
 * Reads the settings. Throws SettingsError if one is missing or wrong.
 *
 * @param get Looks a variable up; undefined if it is not set.
 */
export function readSettings(
  get: (name: Variable) => string | undefined,
): Settings {
  const required = (name: Variable): string => {
    const value = get(name);
    if (!value) throw new SettingsError(name, "is not set.");
    return value;
  };
  const schemas = json(required, "WAKTI_SCHEMAS");
  if (!isStringList(schemas) || schemas.length === 0) {
    throw new SettingsError("WAKTI_SCHEMAS", "is not a list of schema names.");
  }
  const extraSearchPath = json(required, "WAKTI_EXTRA_SEARCH_PATH");
  if (!isStringList(extraSearchPath)) {
    throw new SettingsError(
      "WAKTI_EXTRA_SEARCH_PATH",
      "is not a list of schema names.",
    );
  }
  return {
    port: integer(required, "WAKTI_PORT", 0, 65535),
    databaseUrl: databaseUrl(required, "WAKTI_DB_URL"),
    storageDir: required("WAKTI_STORAGE_DIR"),
    fileSizeLimit: integer(
      required,
      "WAKTI_FILE_SIZE_LIMIT",
      1,
      Number.MAX_SAFE_INTEGER,
    ),
    jwtSecret: required("WAKTI_JWT_SECRET"),
    publishableKey: required("WAKTI_PUBLISHABLE_KEY"),
    secretKey: required("WAKTI_SECRET_KEY"),
    anonKey: required("WAKTI_ANON_KEY"),
    serviceRoleKey: required("WAKTI_SERVICE_ROLE_KEY"),
    launcherPort: integer(required, "WAKTI_LAUNCHER_PORT", 1, 65535),
    launcherToken: required("WAKTI_LAUNCHER_TOKEN"),
    hasFunctions: required("WAKTI_HAS_FUNCTIONS") === "True",
    wallClock: 1000 * integer(required, "WAKTI_WALL_CLOCK", 1, 86_400),
    schemas,
    extraSearchPath,
    maxRows: integer(required, "WAKTI_MAX_ROWS", 1, Number.MAX_SAFE_INTEGER),
    dashboardDir: get("WAKTI_DASHBOARD_DIR") || null,
    logsDir: get("WAKTI_LOGS_DIR") || null,
    auth: readAuth(get("WAKTI_AUTH") || "{}"),
  };
}

type Required = (name: Variable) => string;

function integer(
  required: Required,
  name: Variable,
  least: number,
  most: number,
): number {
  const text = required(name);
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new SettingsError(name, `is not a number from ${least} to ${most}.`);
  }
  return value;
}

function databaseUrl(required: Required, name: Variable): string {
  const text = required(name);
  if (!URL.canParse(text) || !/^postgres(ql)?:/.test(text)) {
    throw new SettingsError(name, "is not a postgresql:// address.");
  }
  return text;
}

function json(required: Required, name: Variable): unknown {
  const text = required(name);
  try {
    return JSON.parse(text);
  } catch {
    throw new SettingsError(name, "is not JSON.");
  }
}

/** What is said of Auth, over its defaults: the stack has checked it. */
function readAuth(text: string): AuthSettings {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    throw new SettingsError("WAKTI_AUTH", "is not JSON.");
  }
  if (typeof said !== "object" || said === null || Array.isArray(said)) {
    throw new SettingsError("WAKTI_AUTH", "is not a JSON object.");
  }
  const unknown = Object.keys(said).find((name) => !(name in DEFAULTS));
  if (unknown !== undefined) {
    throw new SettingsError("WAKTI_AUTH", `has no setting "${unknown}".`);
  }
  return { ...DEFAULTS, ...said };
}

function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) &&
    value.every((item) => typeof item === "string");
}
