import { sha256 } from "./digest.ts";

/** A new token: 32 random bytes as base64url. */
export function newToken(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** The SHA-256 of a token, the only form in which the database knows it. */
export function tokenHash(token: string): Uint8Array {
  return sha256(token);
}

/**
 * The hash of the site user's token that a request carries, in the header or in the body; null for
 * none. A token of the first release has another form and is nobody's.
 */
export function siteToken(
  headers: Headers,
  inBody: string | null | undefined,
): Uint8Array | null {
  const token = headers.get("x-site-token") || inBody;
  return token ? tokenHash(token) : null;
}

/** Bytes as base64url without padding. */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The bytes of a base64url text; null if it is none. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
