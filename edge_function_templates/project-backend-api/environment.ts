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
  /** Whether this is the hosted platform, where every connection comes from its proxy. */
  readonly isPlatform: boolean;
  /** The header in which a proxy names the caller's address, if there is such a proxy. */
  readonly clientHeader: string | null;
}

/** Read the environment; throw an Error that names what is missing or malformed, not its value. */
export function readEnvironment(
  get: (name: string) => string | undefined,
  iterations: number,
): Environment {
  const publishable = keyIn(get("SUPABASE_PUBLISHABLE_KEYS"));
  const secret = keyIn(get("SUPABASE_SECRET_KEYS"));
  const anon = get("SUPABASE_ANON_KEY");
  const serviceRole = get("SUPABASE_SERVICE_ROLE_KEY");
  const apiUrl = address("SUPABASE_URL", get("SUPABASE_URL"), /^https?:$/);
  const edgeUrl = get("WAKTI_DB_URL");
  const isPlatform = new URL(apiUrl).hostname.endsWith(".supabase.co");
  return {
    apiUrl,
    publicUrl: address(
      "WAKTI_PUBLIC_URL",
      get("WAKTI_PUBLIC_URL") || apiUrl,
      /^https?:$/,
    ),
    publishableKey: need(publishable ?? anon, "SUPABASE_PUBLISHABLE_KEYS"),
    secretKey: need(secret ?? serviceRole, "SUPABASE_SECRET_KEYS"),
    apiKeys: new Set(
      [publishable, secret, anon, serviceRole].filter((key) =>
        key !== undefined
      ),
    ),
    databaseUrl: edgeUrl
      ? address("WAKTI_DB_URL", edgeUrl, /^postgres(ql)?:$/)
      : address(
        "SUPABASE_DB_URL",
        get("SUPABASE_DB_URL"),
        /^postgres(ql)?:$/,
      ),
    isEdgeRole: Boolean(edgeUrl),
    iterations: rounds(get("WAKTI_PBKDF2_ITERATIONS"), iterations),
    // The platform is behind Cloudflare; anywhere else a caller could send this header itself.
    isPlatform,
    clientHeader: get("WAKTI_CLIENT_IP_HEADER") ||
      (isPlatform ? "cf-connecting-ip" : null),
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

/** A URL without its last slash. */
function address(
  name: string,
  value: string | undefined,
  protocols: RegExp,
): string {
  const text = need(value, name);
  if (!protocols.test(URL.parse(text)?.protocol ?? "")) {
    throw new Error(
      `The environment variable ${name} is not a URL that can be used here`,
    );
  }
  return text.replace(/\/+$/, "");
}

function rounds(value: string | undefined, usual: number): number {
  if (!value) return usual;
  const asked = Number(value);
  if (Number.isSafeInteger(asked) && asked > 0) return asked;
  throw new Error(
    "The environment variable WAKTI_PBKDF2_ITERATIONS is not a whole number above zero",
  );
}
