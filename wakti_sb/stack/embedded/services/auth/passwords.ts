/** Passwords: which are good enough, and their hashes. */

import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import { invalid, refusal } from "./errors.ts";
import type { AuthSettings } from "./settings.ts";

/** bcrypt's cost: these passwords protect a local stack, and its tests make many users. */
export const BCRYPT_COST = 4;
/** bcrypt reads no further. */
const LONGEST = 72;

export interface Weakness {
  readonly message: string;
  readonly reasons: readonly ("length" | "characters")[];
}

type Rules = Pick<AuthSettings, "passwordLength" | "passwordCharacters">;

/** What is wrong with a password; null if nothing. Throws if it is too long. */
export function weaknessOf(password: string, rules: Rules): Weakness | null {
  const { passwordLength, passwordCharacters } = rules;
  const bytes = new TextEncoder().encode(password).length;
  if (bytes > LONGEST) {
    throw invalid(`Password cannot be longer than ${LONGEST} characters`);
  }
  const messages: string[] = [];
  const reasons: Weakness["reasons"][number][] = [];
  if (bytes < passwordLength) {
    reasons.push("length");
    messages.push(
      `Password should be at least ${passwordLength} characters.`,
    );
  }
  const has = (set: string) => [...password].some((one) => set.includes(one));
  if (!passwordCharacters.every(has)) {
    reasons.push("characters");
    messages.push(
      `Password should contain at least one character of each: ${
        passwordCharacters.join(", ")
      }.`,
    );
  }
  return reasons.length ? { message: messages.join(" "), reasons } : null;
}

/** Throws the refusal of a password that is too weak or too long. */
export function checkPassword(password: string, rules: Rules): void {
  const weakness = weaknessOf(password, rules);
  if (weakness === null) return;
  throw refusal(422, "weak_password", weakness.message, {
    weak_password: { reasons: weakness.reasons },
  });
}

/** A password that nobody knows and every rule allows. */
export function inventPassword(rules: Rules): string {
  const some = rules.passwordCharacters.map((set) => set[0] ?? "").join("");
  return some + crypto.randomUUID();
}

export async function hashOf(db: Database, password: string): Promise<string> {
  const { rows: [row] } = await sql<{ hash: string }>`
    select extensions.crypt(
      ${password}, extensions.gen_salt('bf', ${BCRYPT_COST})
    ) as hash
  `.execute(db);
  return row!.hash;
}

const BCRYPT = /^\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}$/;

/** The hash, if it is one that can be checked here. Throws Problem. */
export function checkedHash(hash: string): string {
  if (BCRYPT.test(hash)) return hash;
  if (/^\$(argon2|fbscrypt)/.test(hash)) {
    throw invalid("password_hash: only bcrypt is part of this stack");
  }
  throw invalid("password_hash is not a bcrypt hash");
}

/** Whether the password is the one of the hash. */
export async function matches(
  db: Database,
  password: string,
  hash: string,
): Promise<boolean> {
  if (!BCRYPT.test(hash)) return false;
  // PostgreSQL's crypt() knows 2a and 2x; 2b and 2y are the same as 2a.
  const known = hash.replace(/^\$2[by]?\$/, "$2a$");
  const { rows: [row] } = await sql<{ same: boolean }>`
    select extensions.crypt(${password}, ${known}) = ${known} as same
  `.execute(db);
  return row!.same;
}
