/** A session goes on: one refresh token for the next. */

import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import { Kept } from "./database.ts";
import { invalid, refusal } from "./errors.ts";
import type { Json } from "./params.ts";
import type { AuthService, Call, Session } from "./service.ts";
import { addRefreshToken, describe, endSession } from "./sessions.ts";
import type { AuthSettings } from "./settings.ts";
import { findUser } from "./users.ts";

interface RefreshToken {
  readonly id: unknown;
  readonly token: string;
  readonly user_id: string;
  readonly session_id: string | null;
  readonly revoked: boolean;
  readonly parent: string | null;
  readonly updated_at: string;
}

const refused = (code: string, what: string) =>
  refusal(400, code, `Invalid Refresh Token: ${what}`);

/**
 * Answers the session that a refresh token continues.
 *
 * A token is used once. Again it works within the reuse interval, since browsers' tabs refresh at
 * once; and as long as the token that came of it was not used, since an answer may get lost. Later
 * it ends the session: somebody else may have it.
 *
 * @param db In a transaction.
 */
export async function refresh(
  auth: AuthService,
  db: Database,
  call: Call,
  text: string,
): Promise<Json> {
  if (!/^[a-z0-9]{12}$/.test(text)) {
    throw invalid("Refresh token is not valid");
  }
  const found = await findToken(db, text);
  if (found === null) {
    throw refused("refresh_token_not_found", "Refresh Token Not Found");
  }
  const user = await findUser(db, "id", found.user_id);
  if (user === null) {
    throw refused("refresh_token_not_found", "Refresh Token Not Found");
  }
  if (user.is_banned) throw refused("user_banned", "User Banned");
  // One at a time for a session; the others see what the first has done.
  const { rows: [session] } = await sql<Session>`
    select * from auth.sessions where id = ${found.session_id} for update
  `.execute(db);
  if (!session) throw refused("session_not_found", "No Valid Session Found");
  const token = (await findToken(db, text))!;
  checkValidity(session, token, auth.settings);
  const next = token.revoked
    ? await reuse(db, token, session, auth.settings)
    : await rotate(db, token, session);
  await sql`
    update auth.sessions
    set refreshed_at = now() at time zone 'utc',
        user_agent = ${call.request.headers.get("user-agent")},
        ip = ${call.ip}::inet,
        updated_at = now()
    where id = ${session.id}
  `.execute(db);
  return await describe(
    auth,
    db,
    call,
    user.id,
    session.id,
    "token_refresh",
    next,
  );
}

async function findToken(
  db: Database,
  token: string,
): Promise<RefreshToken | null> {
  const { rows: [found] } = await sql<RefreshToken>`
    select * from auth.refresh_tokens where token = ${token}
  `.execute(db);
  return found ?? null;
}

/** Throws if the session has lasted or rested too long. */
function checkValidity(
  session: Session,
  token: RefreshToken,
  { timebox, inactivityTimeout }: AuthSettings,
): void {
  const now = Date.now();
  const passed = (since: string, seconds: number | null) =>
    seconds !== null && Date.parse(since) + seconds * 1000 < now;
  if (
    passed(session.created_at, timebox) ||
    session.not_after !== null && Date.parse(session.not_after) < now
  ) throw refused("session_expired", "Session Expired");
  const used = session.refreshed_at === null
    ? token.updated_at
    : `${session.refreshed_at}Z`;
  if (passed(used, inactivityTimeout)) {
    throw refused("session_expired", "Session Expired (Inactivity)");
  }
}

async function rotate(
  db: Database,
  { token, user_id }: RefreshToken,
  session: Session,
): Promise<string> {
  await sql`
    update auth.refresh_tokens
    set revoked = true, updated_at = clock_timestamp()
    where token = ${token}
  `.execute(db);
  return await addRefreshToken(db, user_id, session.id, token);
}

/** The token to go on with after one that was used before. */
async function reuse(
  db: Database,
  token: RefreshToken,
  session: Session,
  settings: AuthSettings,
): Promise<string> {
  const { rows: [active] } = await sql<RefreshToken>`
    select *
    from auth.refresh_tokens
    where session_id = ${session.id} and not revoked
    order by id desc
    limit 1
  `.execute(db);
  if (active?.parent === token.token) return active.token;
  const until = Date.parse(token.updated_at) + settings.reuseInterval * 1000;
  if (Date.now() <= until) {
    // All tabs go on with the same one.
    return active?.token ?? await rotate(db, token, session);
  }
  if (settings.rotateRefreshTokens) await endSession(db, session.id);
  throw new Kept(refused("refresh_token_already_used", "Already Used"));
}
