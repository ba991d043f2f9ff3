/** Access tokens: what they tell of a user, and the session that they belong to. */

import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import { askHook, checkedClaims } from "./hooks.ts";
import type { Json } from "./params.ts";
import type { AuthService, Call } from "./service.ts";
import type { User } from "./users.ts";

/** Methods that make a session of the second level. */
const SECOND_FACTORS = ["totp", "mfa/phone", "mfa/webauthn"];

export interface AccessToken {
  readonly token: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

/**
 * Makes an access token. A hook may change its claims.
 *
 * @param method How it was come by, for the hook.
 */
export async function makeAccessToken(
  auth: AuthService,
  db: Database,
  call: Call,
  user: User,
  session: string,
  method: string,
): Promise<AccessToken> {
  const { settings, credentials } = auth;
  const amr = await methodsOf(db, session);
  const iat = Math.floor(Date.now() / 1000);
  const exp = iat + settings.jwtExpiry;
  const claims: Json = {
    iss: settings.issuer ?? auth.url,
    sub: user.id,
    aud: user.aud ?? "",
    exp,
    iat,
    email: user.email ?? "",
    phone: user.phone ?? "",
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    role: user.role ?? "",
    aal: levelOf(amr.map((one) => one.method)),
    amr,
    session_id: session,
    is_anonymous: user.is_anonymous,
  };
  const answer = await askHook(db, settings, "custom_access_token", call.ip, {
    user_id: user.id,
    claims,
    authentication_method: method,
  });
  const final = answer === null ? claims : checkedClaims(answer);
  return { token: await credentials.signUser(final), expiresAt: exp };
}

/** How the session's user has proven to be itself, the latest first. */
async function methodsOf(
  db: Database,
  session: string,
): Promise<{ method: string; timestamp: number }[]> {
  const { rows } = await sql<{ method: string; timestamp: number }>`
    select
      authentication_method as method,
      extract(epoch from updated_at)::integer as timestamp
    from auth.mfa_amr_claims
    where session_id = ${session}
    order by updated_at desc
  `.execute(db);
  return rows;
}

/** The level that a session's methods amount to. */
export function levelOf(methods: readonly string[]): "aal1" | "aal2" {
  return methods.some((one) => SECOND_FACTORS.includes(one)) ? "aal2" : "aal1";
}

/** Notes that the session's user has proven to be itself. */
export async function addMethod(
  db: Database,
  session: string,
  method: string,
): Promise<void> {
  await sql`
    insert into auth.mfa_amr_claims
      (id, session_id, created_at, updated_at, authentication_method)
    values (
      gen_random_uuid(), ${session}, clock_timestamp(), clock_timestamp(), ${method}
    )
    on conflict (session_id, authentication_method) do update
    set updated_at = clock_timestamp()
  `.execute(db);
}
