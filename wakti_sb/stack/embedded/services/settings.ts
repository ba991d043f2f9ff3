/** What the process is told by its environment, checked once. */

/** An edge function behind the gateway. */
export interface FunctionTarget {
  /** Where its process listens, without a trailing slash. */
  readonly url: string;
  /** Whether the gateway asks for a valid token before it passes a request on. */
  readonly verifyJwt: boolean;
}

export interface Settings {
  /** Where the gateway listens, on 127.0.0.1; 0 lets the system choose. */
  readonly port: number;
  /** The database as its superuser; the service roles share its password. */
  readonly databaseUrl: string;
  readonly storageDir: string;
  readonly jwtSecret: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly anonKey: string;
  readonly serviceRoleKey: string;
  readonly functions: ReadonlyMap<string, FunctionTarget>;
  /** Exposed over the Data API; the first is the default. */
  readonly schemas: readonly string[];
  /** The most rows one request of the Data API returns. */
  readonly maxRows: number;
  readonly dashboardDir: string | null;
  /** Where the stack's processes write their logs, which are kept short here. */
  readonly logsDir: string | null;
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
  "WAKTI_JWT_SECRET",
  "WAKTI_PUBLISHABLE_KEY",
  "WAKTI_SECRET_KEY",
  "WAKTI_ANON_KEY",
  "WAKTI_SERVICE_ROLE_KEY",
  "WAKTI_FUNCTIONS",
  "WAKTI_SCHEMAS",
  "WAKTI_MAX_ROWS",
  "WAKTI_DASHBOARD_DIR",
  "WAKTI_LOGS_DIR",
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
  return {
    port: integer(required, "WAKTI_PORT", 0, 65535),
    databaseUrl: databaseUrl(required, "WAKTI_DB_URL"),
    storageDir: required("WAKTI_STORAGE_DIR"),
    jwtSecret: required("WAKTI_JWT_SECRET"),
    publishableKey: required("WAKTI_PUBLISHABLE_KEY"),
    secretKey: required("WAKTI_SECRET_KEY"),
    anonKey: required("WAKTI_ANON_KEY"),
    serviceRoleKey: required("WAKTI_SERVICE_ROLE_KEY"),
    functions: readFunctions(json(required, "WAKTI_FUNCTIONS")),
    schemas,
    maxRows: integer(required, "WAKTI_MAX_ROWS", 1, Number.MAX_SAFE_INTEGER),
    dashboardDir: get("WAKTI_DASHBOARD_DIR") || null,
    logsDir: get("WAKTI_LOGS_DIR") || null,
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

function readFunctions(value: unknown): Map<string, FunctionTarget> {
  const functions = new Map<string, FunctionTarget>();
  if (!isRecord(value)) {
    throw new SettingsError("WAKTI_FUNCTIONS", "is not a JSON object.");
  }
  for (const [name, target] of Object.entries(value)) {
    if (!isRecord(target) || !isAddress(target.url)) {
      throw new SettingsError("WAKTI_FUNCTIONS", `gives "${name}" no url.`);
    }
    functions.set(name, {
      url: target.url.replace(/\/+$/, ""),
      verifyJwt: target.verify_jwt !== false,
    });
  }
  return functions;
}

function isAddress(value: unknown): value is string {
  return typeof value === "string" && URL.canParse(value);
}

function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) &&
    value.every((item) => typeof item === "string");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
