import type { Deadline } from "./deadline.ts";
import { ApiError } from "./errors.ts";
import type { Environment } from "./environment.ts";

/** Who a request's bearer token belongs to. */
export interface Bearer {
  /** The Supabase user, or null. */
  readonly user: string | null;
  /** Whether a person's token was sent that is not, or no longer, valid. */
  readonly isDead: boolean;
}

/** Tells whose access token a bearer token is. */
export interface Owners {
  identify(headers: Headers, deadline: Deadline): Promise<Bearer>;
}

/** Milliseconds that Auth may take. */
const patience = 5_000;

const nobody: Bearer = { user: null, isDead: false };

const dead: Bearer = { user: null, isDead: true };

/** Ask Supabase Auth, which also knows about sign-outs and deleted users. */
export function authOwners(environment: Environment): Owners {
  return {
    async identify(headers, deadline) {
      const token = bearerToken(headers);
      // The clients send the API key as bearer token when nobody is signed in.
      if (
        token === null || environment.apiKeys.has(token) ||
        token.startsWith("sb_")
      ) return nobody;
      if (!mayBeLive(token)) return dead;
      return await ask(environment, token, deadline);
    },
  };
}

async function ask(
  environment: Environment,
  token: string,
  deadline: Deadline,
): Promise<Bearer> {
  let response: Response;
  try {
    response = await fetch(`${environment.apiUrl}/auth/v1/user`, {
      headers: {
        apikey: environment.publishableKey,
        authorization: `Bearer ${token}`,
      },
      signal: AbortSignal.timeout(Math.min(patience, deadline.left)),
    });
  } catch (cause) {
    throw unavailable(cause);
  }
  if (response.status >= 500) {
    await response.body?.cancel();
    throw unavailable(`auth answered ${response.status}`);
  }
  if (!response.ok) {
    await response.body?.cancel();
    return dead;
  }
  const user: unknown = await response.json();
  const isUser = user !== null && typeof user === "object" && "id" in user &&
    typeof user.id === "string";
  return isUser ? { user: user.id as string, isDead: false } : dead;
}

function unavailable(cause: unknown): ApiError {
  return new ApiError(
    "database_unavailable",
    "It cannot be told who you are right now, try again",
    { retryAfter: 5, cause },
  );
}

function bearerToken(headers: Headers): string | null {
  const header = headers.get("authorization");
  return header !== null && /^bearer /i.test(header)
    ? header.slice(7).trim()
    : null;
}

/** Spare Auth a token that cannot be anybody's: not a JWT, or one that has expired. */
function mayBeLive(token: string): boolean {
  if (token.length > 4096) return false;
  const parts = token.split(".");
  if (parts.length !== 3) return false;
  try {
    const payload = (parts[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const claims: unknown = JSON.parse(atob(payload));
    return claims !== null && typeof claims === "object" && "sub" in claims &&
      "exp" in claims && typeof claims.exp === "number" &&
      claims.exp * 1000 > Date.now();
  } catch {
    return false;
  }
}
