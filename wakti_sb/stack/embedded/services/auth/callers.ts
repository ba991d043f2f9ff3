/** Who is calling: a user with a live session, or an administrator. */

import { apiKeyOf, bearerOf, TokenError } from "../credentials.ts";
import { sql } from "kysely";
import { badToken, notAdmin, noToken, refusal } from "./errors.ts";
import { isUuid } from "./params.ts";
import type { AuthService, Call, Session, UserCall } from "./service.ts";
import { findUser } from "./users.ts";

/** The call with its user. Throws Problem if there is no good token. */
export async function asUser(
  { db, credentials }: AuthService,
  call: Call,
): Promise<UserCall> {
  const token = bearerOf(call.request);
  if (token === null) throw noToken();
  const claims = await credentials.verify(token).catch(refuseToken);
  const { sub, session_id } = claims;
  if (typeof sub !== "string" || sub === "") {
    throw badToken("invalid claim: missing sub claim");
  }
  if (!isUuid(sub)) {
    throw refusal(400, "bad_jwt", "invalid claim: sub claim must be a UUID");
  }
  const user = await findUser(db, "id", sub);
  if (user === null) {
    throw refusal(
      403,
      "user_not_found",
      "User from sub claim in JWT does not exist",
    );
  }
  let session: Session | null = null;
  if (typeof session_id === "string" && session_id !== "") {
    session = isUuid(session_id) ? await findSession(db, session_id) : null;
    if (session === null) {
      throw refusal(
        403,
        "session_not_found",
        "Session from session_id claim in JWT does not exist",
      );
    }
  }
  if (user.is_banned) throw refusal(403, "user_banned", "User is banned");
  return { ...call, user, session, claims };
}

export async function findSession(
  db: AuthService["db"],
  id: string,
): Promise<Session | null> {
  const { rows: [session] } = await sql<Session>`
    select * from auth.sessions where id = ${id}
  `.execute(db);
  return session ?? null;
}

/** Throws unless the caller holds the secret key or a token of the service role. */
export async function checkAdmin(
  { credentials }: AuthService,
  { request, url }: Call,
): Promise<void> {
  const token = bearerOf(request);
  if (token === null) {
    const key = apiKeyOf(request, url);
    if (!request.headers.has("authorization") && key === null) throw noToken();
    if (key !== null && credentials.kind(key) === "secret") return;
    throw notAdmin();
  }
  const { role } = await credentials.verify(token).catch(refuseToken);
  if (role !== "service_role" && role !== "supabase_admin") throw notAdmin();
}

function refuseToken(error: unknown): never {
  if (!(error instanceof TokenError)) throw error;
  throw badToken(
    `invalid JWT: unable to parse or verify signature, token is ${error.reason}`,
  );
}
