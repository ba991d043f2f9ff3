/** Sessions: opened, gone on with by refresh tokens, ended. */

import { randomInt } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import { addMethod, makeAccessToken } from "./access_tokens.ts";
import type { Json } from "./params.ts";
import type { AuthService, Call } from "./service.ts";
import { reload, shown, type User } from "./users.ts";

/** How somebody has proven to be a user, as `amr` of a token tells. */
export type Method =
  | "password"
  | "otp"
  | "totp"
  | "anonymous"
  | "magiclink"
  | "recovery"
  | "invite"
  | "email/signup"
  | "email_change";

/** Opens a session. Result: what a sign-in is answered with. */
export async function openSession(
  auth: AuthService,
  db: Database,
  call: Call,
  { id }: User,
  method: Method,
): Promise<Json> {
  const session = crypto.randomUUID();
  await sql`
    insert into auth.sessions (id, user_id, aal, user_agent, ip)
    values (
      ${session}, ${id}, 'aal1', ${call.request.headers.get("user-agent")},
      ${call.ip}::inet
    )
  `.execute(db);
  await sql`
    update auth.users set last_sign_in_at = now() where id = ${id}
  `.execute(db);
  await addMethod(db, session, method);
  const refreshToken = await addRefreshToken(db, id, session, null);
  return await describe(auth, db, call, id, session, method, refreshToken);
}

/** A session as the clients read it. */
export async function describe(
  auth: AuthService,
  db: Database,
  call: Call,
  user: string,
  session: string,
  method: string,
  refreshToken: string,
): Promise<Json> {
  const current = await reload(db, { id: user } as User);
  const { token, expiresAt } = await makeAccessToken(
    auth,
    db,
    call,
    current,
    session,
    method,
  );
  return {
    access_token: token,
    token_type: "bearer",
    expires_in: expiresAt - Math.floor(Date.now() / 1000),
    expires_at: expiresAt,
    refresh_token: refreshToken,
    user: shown(current),
  };
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

/** Adds a refresh token to a session. */
export async function addRefreshToken(
  db: Database,
  user: string,
  session: string,
  parent: string | null,
): Promise<string> {
  const token = Array.from({ length: 12 }, () => LETTERS[randomInt(32)])
    .join("");
  await sql`
    insert into auth.refresh_tokens
      (instance_id, token, user_id, session_id, parent, revoked)
    values (
      '00000000-0000-0000-0000-000000000000', ${token}, ${user}, ${session},
      ${parent}, false
    )
  `.execute(db);
  return token;
}

/** Ends every session of a user, but one. */
export async function endSessions(
  db: Database,
  user: string,
  but: string | null = null,
): Promise<void> {
  await sql`
    delete from auth.sessions
    where user_id = ${user} and id is distinct from ${but}::uuid
  `.execute(db);
}

export async function endSession(db: Database, session: string): Promise<void> {
  await sql`delete from auth.sessions where id = ${session}`.execute(db);
}
