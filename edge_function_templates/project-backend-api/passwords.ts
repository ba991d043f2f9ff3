/**
 * Passwords of site users: PBKDF2-HMAC-SHA-256 with a salt of its own for each user, kept as
 * `pbkdf2_sha256$ITERATIONS$SALT$HASH`.
 */
import { sha256 } from "./digest.ts";
import { base64url, fromBase64url } from "./tokens.ts";

const scheme = "pbkdf2_sha256";

/** What a comparison found out. */
export interface Verdict {
  readonly isRight: boolean;
  /** A better hash to keep instead, where the password was right and the old one is weak. */
  readonly renewed: string | null;
}

/** A hash to keep. The password is written in one way, whatever keyboard it came from (NFC). */
export async function hashPassword(
  password: string,
  iterations: number,
): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const hash = await derive(password.normalize("NFC"), salt, iterations);
  return [scheme, iterations, base64url(salt), base64url(hash)].join("$");
}

/** The ways in which one password may have been written when its hash was made, the present first. */
function spellings(password: string): readonly string[] {
  return [
    ...new Set([
      password.normalize("NFC"),
      password,
      password.normalize("NFD"),
    ]),
  ];
}

/**
 * Hold a password against a kept hash; null stands for an account that is not there.
 *
 * A wrong password costs `iterations`, whatever is kept: an unknown e-mail, a hash of the first
 * release or one of fewer iterations would otherwise be told by the time it takes. One with letters
 * that can be written in several ways costs that for each way, whatever is kept.
 */
export async function verifyPassword(
  password: string,
  kept: string | null,
  iterations: number,
): Promise<Verdict> {
  let isPresent = true;
  for (const spelling of spellings(password)) {
    const verdict = await verifySpelling(spelling, kept, iterations);
    if (verdict.isRight) {
      return isPresent || verdict.renewed !== null
        ? verdict
        : { isRight: true, renewed: await hashPassword(password, iterations) };
    }
    isPresent = false;
  }
  return { isRight: false, renewed: null };
}

async function verifySpelling(
  password: string,
  kept: string | null,
  iterations: number,
): Promise<Verdict> {
  const parts = kept?.split("$") ?? [];
  const rounds = Number(parts[1]);
  const salt = fromBase64url(parts[2] ?? "");
  const hash = fromBase64url(parts[3] ?? "");
  if (
    parts.length === 4 && parts[0] === scheme && Number.isInteger(rounds) &&
    rounds > 0 && salt && hash
  ) {
    const isRight = equal(await derive(password, salt, rounds), hash);
    if (rounds >= iterations) return { isRight, renewed: null };
    if (isRight) {
      return { isRight, renewed: await hashPassword(password, iterations) };
    }
    await derive(password, salt, iterations - rounds);
    return { isRight, renewed: null };
  }
  // The new hash is made before it is known to be needed, so that both outcomes take its time.
  const isRight = equal(
    firstReleaseHash(password),
    fromHex(kept ?? ""),
  );
  const renewed = await hashPassword(password, iterations);
  return { isRight, renewed: isRight ? renewed : null };
}

async function derive(
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(password),
    "PBKDF2",
    false,
    ["deriveBits"],
  );
  return new Uint8Array(
    await crypto.subtle.deriveBits(
      { name: "PBKDF2", hash: "SHA-256", salt, iterations },
      key,
      256,
    ),
  );
}

/** The first WAKTI release: SHA-256 over the password and one fixed text. */
function firstReleaseHash(password: string): Uint8Array {
  return sha256(`${password}wakti-project-salt-v1`);
}

function fromHex(text: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/i.test(text)) return new Uint8Array();
  return Uint8Array.from(
    text.match(/../g) ?? [],
    (pair) => Number.parseInt(pair, 16),
  );
}

/** Compare without telling by the time how many bytes were equal. */
function equal(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length;
  for (let at = 0; at < left.length; at++) {
    difference |= (left[at] ?? 0) ^ (right[at] ?? 0);
  }
  return difference === 0;
}
