/** Who is asking: API keys, legacy JWT keys and the tokens of users. */

import { errors, jwtVerify, SignJWT } from "jose";
import type { Settings } from "./settings.ts";

/** What an API key opens: a visitor's rights, or everything. */
export type KeyKind = "publishable" | "secret";

/** The payload of a token; a missing role means a visitor. */
export type Claims = Readonly<Record<string, unknown>>;

/** The token is no JWT, carries a wrong signature, or is too old. */
export class TokenError extends Error {
  constructor(readonly reason: "malformed" | "signature" | "expired") {
    super(`The token is not valid (${reason}).`);
    this.name = "TokenError";
  }
}

type Keys = Pick<
  Settings,
  | "jwtSecret"
  | "publishableKey"
  | "secretKey"
  | "anonKey"
  | "serviceRoleKey"
>;

/** How many verified tokens are remembered. */
const REMEMBERED = 1000;

export class Credentials {
  /** Tokens whose signature was found good, oldest first. */
  readonly #verified = new Map<string, Claims>();
  readonly #kinds: ReadonlyMap<string, KeyKind>;
  readonly #signingKey: Uint8Array;

  constructor(readonly keys: Keys) {
    this.#kinds = new Map([
      [keys.publishableKey, "publishable"],
      [keys.secretKey, "secret"],
      [keys.anonKey, "publishable"],
      [keys.serviceRoleKey, "secret"],
    ]);
    this.#signingKey = new TextEncoder().encode(keys.jwtSecret);
  }

  /** What the key opens; null if it is not one of ours. */
  kind(key: string): KeyKind | null {
    return this.#kinds.get(key) ?? null;
  }

  /** The key in today's form, whichever form the caller has. */
  modernKey(kind: KeyKind): string {
    return kind === "secret" ? this.keys.secretKey : this.keys.publishableKey;
  }

  /**
   * The claims of a token that this stack signed. Throws TokenError.
   *
   * The legacy keys are such tokens: their role is `anon` or `service_role`.
   */
  async verify(token: string): Promise<Claims> {
    const known = this.#verified.get(token);
    if (known && stillRunning(known)) return known;
    const claims = await this.#check(token);
    this.#verified.set(token, claims);
    if (this.#verified.size > REMEMBERED) {
      const [oldest] = this.#verified.keys();
      if (oldest) this.#verified.delete(oldest);
    }
    return claims;
  }

  async #check(token: string): Promise<Claims> {
    try {
      const { payload } = await jwtVerify(token, this.#signingKey, {
        algorithms: ["HS256"],
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new TokenError("expired");
      const signature =
        error instanceof errors.JWSSignatureVerificationFailed ||
        error instanceof errors.JOSEAlgNotAllowed;
      throw new TokenError(signature ? "signature" : "malformed");
    }
  }

  /** A token of ours. `claims` must hold `iat` and `exp`. */
  sign(claims: Claims): Promise<string> {
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .sign(this.#signingKey);
  }
}

/** Whether a token that was good once has not run out since. */
function stillRunning({ exp }: Claims): boolean {
  return typeof exp !== "number" || exp > Date.now() / 1000;
}

/** The API key of a request, from its header or its query; null if it sends none. */
export function apiKeyOf(request: Request, url: URL): string | null {
  return request.headers.get("apikey") ?? url.searchParams.get("apikey");
}

/**
 * The token after `Bearer`; null if there is none.
 *
 * Clients repeat today's API key there. It is no token: `apikey` has already told who it is.
 */
export function bearerOf(request: Request): string | null {
  const header = request.headers.get("authorization");
  const token = header?.match(/^Bearer\s+(.+)$/i)?.[1]?.trim();
  return token && !token.startsWith("sb_") ? token : null;
}

/** Whether a token has the three parts of a JWT. */
export function looksLikeToken(token: string): boolean {
  const parts = token.split(".");
  return parts.length === 3 && parts.every((part) => part !== "");
}
