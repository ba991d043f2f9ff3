/** Codes and links that are good once: in which columns they are, and whether they still are. */

import { createHash, randomInt } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import { updateUser } from "./users.ts";

/** What a code is for, as auth.one_time_tokens names it, and the columns of auth.users. */
const SENT_AT = {
  confirmation_token: "confirmation_sent_at",
  recovery_token: "recovery_sent_at",
  reauthentication_token: "reauthentication_sent_at",
  email_change_token_new: "email_change_sent_at",
  email_change_token_current: "email_change_sent_at",
  phone_change_token: "phone_change_sent_at",
} as const;

export type TokenType = keyof typeof SENT_AT;

/** A code, and its hash for a link and for the database. */
export interface OneTimeToken {
  readonly code: string;
  readonly hash: string;
}

/** Before the hash of a link that ends with a code for PKCE. */
export const PKCE = "pkce_";

/** @param to The address or number that gets it. */
export function newToken(
  to: string,
  digits: number,
  pkce = false,
): OneTimeToken {
  const code = String(randomInt(10 ** digits)).padStart(digits, "0");
  return { code, hash: (pkce ? PKCE : "") + hashOf(to, code) };
}

export function hashOf(to: string, code: string): string {
  return createHash("sha224").update(to + code).digest("hex");
}

/** Writes a token down; the one before it is of no use any more. */
export async function storeToken(
  db: Database,
  user: string,
  type: TokenType,
  token: OneTimeToken,
  relatesTo: string,
): Promise<void> {
  await updateUser(db, user, {
    [type]: token.hash,
    [SENT_AT[type]]: sql`now()`,
  });
  await sql`
    insert into auth.one_time_tokens
      (id, user_id, token_type, token_hash, relates_to)
    values (gen_random_uuid(), ${user}, ${type}, ${token.hash}, ${relatesTo})
    on conflict (user_id, token_type) do update
    set token_hash = excluded.token_hash,
        relates_to = excluded.relates_to,
        created_at = now(),
        updated_at = now()
  `.execute(db);
}

/** Whether a hash is the stored one, of a link or of a link for PKCE, and young enough. */
export function isGood(
  hash: string,
  stored: string | null,
  sentAt: string | null,
  seconds: number,
): boolean {
  if (!stored || !sentAt || isOld(sentAt, seconds)) return false;
  return hash === stored || PKCE + hash === stored;
}

export function isOld(sentAt: string | null, seconds: number): boolean {
  return sentAt === null || Date.parse(sentAt) + seconds * 1000 < Date.now();
}
