/** Who is asking: API keys, legacy JWT keys and the tokens of users. */

import {
  type CryptoKey,
  errors,
  importJWK,
  type JWK,
  type JWTHeaderParameters,
  jwtVerify,
  SignJWT,
} from "jose";
import type { Settings } from "./settings.ts";

/** What an API key opens: a visitor's rights, or everything. */
export type KeyKind = "publishable" | "secret";

/** The payload of a token; a missing role means a visitor. */
export type Claims = Readonly<Record<string, unknown>>;

/** The token is no JWT, carries a wrong signature, or is too old. */
export class TokenError extends Error {
  /** @param claim The claim whose value is wrong, where the signature is good. */
  constructor(
    readonly reason: "malformed" | "signature" | "expired" | "early",
    readonly claim: string | null = null,
  ) {
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
  readonly #secret: Uint8Array;
  readonly #signingKeys: readonly JWK[];

  /** @param signingKeys Private keys for users' tokens; the first that may signs. None: the secret does. */
  constructor(readonly keys: Keys, signingKeys: readonly JWK[] = []) {
    this.#kinds = new Map([
      [keys.publishableKey, "publishable"],
      [keys.secretKey, "secret"],
      [keys.anonKey, "publishable"],
      [keys.serviceRoleKey, "secret"],
    ]);
    this.#secret = new TextEncoder().encode(keys.jwtSecret);
    this.#signingKeys = signingKeys;
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
      const { payload } = await jwtVerify(
        token,
        (header) => this.#keyFor(header),
        { algorithms: ["HS256", "ES256", "RS256", "EdDSA"] },
      );
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new TokenError("expired");
      if (error instanceof errors.JWTClaimValidationFailed) {
        const early = error.reason === "check_failed" && error.claim === "nbf";
        throw new TokenError(early ? "early" : "malformed", error.claim);
      }
      const signature =
        error instanceof errors.JWSSignatureVerificationFailed ||
        error instanceof errors.JOSEAlgNotAllowed ||
        error instanceof errors.JWKSNoMatchingKey;
      throw new TokenError(signature ? "signature" : "malformed");
    }
  }

  /** The key that a token names; the secret, where it names none. */
  async #keyFor(header: JWTHeaderParameters): Promise<CryptoKey | Uint8Array> {
    const { kid, alg } = header;
    const named = this.#signingKeys.find((key) =>
      key.kid === kid && kid !== undefined && algorithmOf(key) === alg
    );
    if (named) return await importJWK(publicPart(named), alg);
    if (alg === "HS256") return this.#secret;
    throw new errors.JWKSNoMatchingKey();
  }

  /** The public halves of the signing keys, as a JSON Web Key Set lists them. */
  publicKeys(): JWK[] {
    return this.#signingKeys
      .filter((key) => key.kty !== "oct")
      .map((key) => ({
        ...publicPart(key),
        alg: algorithmOf(key),
        use: "sig",
        key_ops: ["verify"],
      }));
  }

  /** A token of a user. `claims` must hold `iat` and `exp`. */
  async signUser(claims: Claims): Promise<string> {
    const key = this.#signingKeys.find(mayBeSignedWith);
    if (key === undefined) return await this.sign(claims);
    const alg = algorithmOf(key);
    return await new SignJWT({ ...claims })
      .setProtectedHeader({ alg, typ: "JWT", ...key.kid && { kid: key.kid } })
      // A private key only signs, whatever else its file says that it is for.
      .sign(await importJWK({ ...key, key_ops: ["sign"] }, alg));
  }

  /** A token of ours. `claims` must hold `iat` and `exp`. */
  sign(claims: Claims): Promise<string> {
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .sign(this.#secret);
  }
}

/** A key that only verifies is there for tokens that were signed before. */
function mayBeSignedWith({ key_ops }: JWK): boolean {
  return key_ops === undefined || key_ops.includes("sign");
}

function algorithmOf({ alg, kty, crv }: JWK): string {
  if (alg) return alg;
  if (kty === "EC") return "ES256";
  if (kty === "RSA") return "RS256";
  return crv === "Ed25519" ? "EdDSA" : "HS256";
}

/** A key without what only its owner may know; a secret key has no other half. */
function publicPart(key: JWK): JWK {
  if (key.kty === "oct") return key;
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, oth: _, ...rest } =
    key;
  const { key_ops: _ops, ...open } = rest;
  return open;
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
