/** Where the function's surroundings are, and the keys to them. */
export interface Environment {
  readonly apiUrl: string;
  /** The API's address as visitors see it, which differs inside a container. */
  readonly publicUrl: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  /** Keys that arrive as a bearer token and are no person's. */
  readonly apiKeys: ReadonlySet<string>;
  readonly databaseUrl: string;
  /** Whether the database URL is the API's own role and need not be narrowed. */
  readonly isEdgeRole: boolean;
  readonly iterations: number;
  /** The header in which a proxy names the caller's address, if there is such a proxy. */
  readonly clientHeader: string | null;
}

/** Read the environment; throw an Error that names what is missing. */
export function readEnvironment(
  get: (name: string) => string | undefined,
  iterations: number,
): Environment {
  const publishable = keyIn(get("SUPABASE_PUBLISHABLE_KEYS"));
  const secret = keyIn(get("SUPABASE_SECRET_KEYS"));
  const anon = get("SUPABASE_ANON_KEY");
  const serviceRole = get("SUPABASE_SERVICE_ROLE_KEY");
  const apiUrl = need(get("SUPABASE_URL"), "SUPABASE_URL").replace(/\/+$/, "");
  const edgeUrl = get("WAKTI_DB_URL");
  const asked = Number(get("WAKTI_PBKDF2_ITERATIONS"));
  return {
    apiUrl,
    publicUrl: (get("WAKTI_PUBLIC_URL") || apiUrl).replace(/\/+$/, ""),
    publishableKey: need(publishable ?? anon, "SUPABASE_PUBLISHABLE_KEYS"),
    secretKey: need(secret ?? serviceRole, "SUPABASE_SECRET_KEYS"),
    apiKeys: new Set(
      [publishable, secret, anon, serviceRole].filter((key) =>
        key !== undefined
      ),
    ),
    databaseUrl: need(edgeUrl || get("SUPABASE_DB_URL"), "WAKTI_DB_URL"),
    isEdgeRole: Boolean(edgeUrl),
    iterations: Number.isInteger(asked) && asked > 0 ? asked : iterations,
    // The platform is behind Cloudflare; anywhere else a caller could send this header itself.
    clientHeader: get("WAKTI_CLIENT_IP_HEADER") ||
      (new URL(apiUrl).hostname.endsWith(".supabase.co")
        ? "cf-connecting-ip"
        : null),
  };
}

/** The default key in the platform's JSON of keys. */
function keyIn(json: string | undefined): string | undefined {
  if (!json) return undefined;
  try {
    const keys: unknown = JSON.parse(json);
    if (keys !== null && typeof keys === "object" && "default" in keys) {
      return typeof keys.default === "string" ? keys.default : undefined;
    }
  } catch {
    // Said below, in the words of the variable that is missing.
  }
  return undefined;
}

function need(value: string | undefined, name: string): string {
  if (value) return value;
  throw new Error(`The environment variable ${name} is not set`);
}
