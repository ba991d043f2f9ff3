/** A second factor: the codes of an app on somebody's phone (TOTP). */

import { sql } from "kysely";
import { Secret, TOTP } from "otpauth";
import { renderSVG } from "uqr";
import type { Database } from "../database/pools.ts";
import { addMethod } from "./access_tokens.ts";
import { inTransaction } from "./database.ts";
import { invalid, notServed, refusal } from "./errors.ts";
import { askHook } from "./hooks.ts";
import { isUuid, type Json, Params } from "./params.ts";
import type { AuthService, UserCall } from "./service.ts";
import { addRefreshToken, describe, endSessions } from "./sessions.ts";
import { type Factor, reload, type User } from "./users.ts";

/** Seconds that a challenge waits for its answer, and a factor for its first. */
const PATIENCE = 300;

/** Answers a request below `/factors`. Throws Problem. */
export async function factors(
  auth: AuthService,
  call: UserCall,
  params: () => Promise<Params>,
): Promise<Json | null> {
  if (call.claims.is_anonymous === true) {
    throw refusal(
      403,
      "no_authorization",
      "Anonymous user not allowed to perform these actions",
    );
  }
  const { method } = call.request;
  const [, id, action] = call.path;
  if (id === undefined) {
    return method === "POST" ? await enroll(auth, call, await params()) : null;
  }
  const factor = ownFactor(call.user, id);
  switch (`${method} ${action ?? ""}`.trim()) {
    case "POST challenge":
      return await challenge(auth, call, factor);
    case "POST verify":
      return await verifyFactor(auth, call, factor, await params());
    case "DELETE":
      return await unenroll(auth, call, factor);
    default:
      return null;
  }
}

/** A user's factor. Throws Problem. */
export function ownFactor(user: User, id: string): Factor {
  if (!isUuid(id)) throw invalid("factor_id must be an UUID", 404);
  const factor = user.factors.find((one) => one.id === id);
  if (factor) return factor;
  throw refusal(404, "mfa_factor_not_found", "Factor not found");
}

async function enroll(
  auth: AuthService,
  { user, session }: UserCall,
  params: Params,
): Promise<Json> {
  const { settings } = auth;
  const type = params.text("factor_type");
  if (type === "phone") {
    throw notServed(422, "mfa_phone_enroll_not_enabled", "MFA by phone");
  }
  if (type === "webauthn") {
    throw notServed(422, "mfa_webauthn_enroll_not_enabled", "MFA by WebAuthn");
  }
  if (type !== "totp") {
    throw invalid("factor_type needs to be totp, phone, or webauthn");
  }
  if (!settings.totpEnroll) {
    throw refusal(
      422,
      "mfa_totp_enroll_not_enabled",
      "MFA enroll is disabled for TOTP",
    );
  }
  const name = params.text("friendly_name");
  const id = crypto.randomUUID();
  const totp = new TOTP({
    issuer: params.text("issuer") || new URL(settings.siteUrl).host,
    label: user.email || user.phone || user.id,
    secret: new Secret({ size: 20 }),
  });
  await inTransaction(auth.db, async (db) => {
    await sql`
      delete from auth.mfa_factors
      where user_id = ${user.id} and status = 'unverified'
        and created_at < now() - make_interval(secs => ${PATIENCE})
    `.execute(db);
    const { factors } = await reload(db, user);
    checkRoom(factors, name, settings.mostFactors, session?.aal === "aal2");
    await sql`
      insert into auth.mfa_factors (
        id, user_id, friendly_name, factor_type, status, secret, created_at,
        updated_at
      )
      values (
        ${id}, ${user.id}, ${name}, 'totp', 'unverified',
        ${totp.secret.base32}, now(), now()
      )
    `.execute(db);
  });
  const uri = totp.toString();
  return {
    id,
    type,
    friendly_name: name,
    totp: {
      qr_code: renderSVG(uri, { ecc: "H" }),
      secret: totp.secret.base32,
      uri,
    },
  };
}

/** Throws if the user may have no further factor of that name. */
function checkRoom(
  factors: readonly Factor[],
  name: string,
  most: number,
  isSecondLevel: boolean,
): void {
  if (factors.some((one) => (one.friendly_name ?? "") === name)) {
    throw refusal(
      422,
      "mfa_factor_name_conflict",
      `A factor with the friendly name "${name}" for this user already exists`,
    );
  }
  if (factors.length >= most) {
    throw refusal(
      422,
      "too_many_enrolled_mfa_factors",
      "Maximum number of verified factors reached, unenroll to continue",
    );
  }
  const verified = factors.some((one) => one.status === "verified");
  if (verified && !isSecondLevel) {
    throw refusal(
      403,
      "insufficient_aal",
      "AAL2 required to enroll a new factor",
    );
  }
}

async function challenge(
  auth: AuthService,
  { ip }: UserCall,
  factor: Factor,
): Promise<Json> {
  checkVerifies(auth);
  const id = crypto.randomUUID();
  const expires = await inTransaction(auth.db, async (db) => {
    await sql`
      update auth.mfa_factors
      set last_challenged_at = clock_timestamp()
      where id = ${factor.id}
    `.execute(db);
    const { rows: [row] } = await sql<{ expires: number }>`
      insert into auth.mfa_challenges (id, factor_id, ip_address, created_at)
      values (${id}, ${factor.id}, ${ip}::inet, now())
      returning extract(epoch from now())::integer + ${PATIENCE} as expires
    `.execute(db);
    return row!.expires;
  });
  return { id, type: factor.factor_type, expires_at: expires };
}

function checkVerifies({ settings }: AuthService): void {
  if (settings.totpVerify) return;
  throw refusal(
    422,
    "mfa_totp_verify_not_enabled",
    "MFA verification is disabled for TOTP",
  );
}

async function verifyFactor(
  auth: AuthService,
  call: UserCall,
  factor: Factor,
  params: Params,
): Promise<Json> {
  const code = params.text("code");
  const challenge = params.text("challenge_id");
  if (code === "") throw invalid("Code needs to be non-empty");
  checkVerifies(auth);
  await checkChallenge(auth.db, factor, challenge, call.ip);
  const { rows: [row] } = await sql<{ secret: string }>`
    select secret from auth.mfa_factors where id = ${factor.id}
  `.execute(auth.db);
  const totp = new TOTP({ secret: Secret.fromBase32(row!.secret) });
  const valid = /^\d{6}$/.test(code) &&
    totp.validate({ token: code, window: 1 }) !== null;
  await askAboutAttempt(auth, call, factor, valid);
  if (!valid) {
    throw refusal(
      422,
      "mfa_verification_failed",
      "Invalid TOTP code entered",
    );
  }
  const { user, session } = call;
  if (session === null) throw invalid("A valid session is required");
  return await inTransaction(auth.db, async (db) => {
    await sql`
      update auth.mfa_challenges set verified_at = now() where id = ${challenge}
    `.execute(db);
    await sql`
      update auth.mfa_factors
      set status = 'verified', updated_at = now()
      where id = ${factor.id}
    `.execute(db);
    await sql`
      delete from auth.mfa_factors
      where user_id = ${user.id} and status = 'unverified'
        and factor_type = 'totp'
    `.execute(db);
    await addMethod(db, session.id, "totp");
    await sql`
      update auth.sessions
      set aal = 'aal2', factor_id = ${factor.id}, updated_at = now()
      where id = ${session.id}
    `.execute(db);
    await sql`
      delete from auth.sessions
      where user_id = ${user.id} and aal < 'aal2'
    `.execute(db);
    // A refresh token of the first level opens none of the second.
    await sql`
      update auth.refresh_tokens
      set revoked = true, updated_at = '-infinity'
      where session_id = ${session.id}
    `.execute(db);
    const next = await addRefreshToken(db, user.id, session.id, null);
    return await describe(auth, db, call, user.id, session.id, "totp", next);
  });
}

/** Throws if there is no such challenge, or it was answered, or waited too long. */
async function checkChallenge(
  db: Database,
  factor: Factor,
  id: string,
  ip: string,
): Promise<void> {
  const { rows: [found] } = await sql<{ elsewhere: boolean; old: boolean }>`
    select
      verified_at is not null or ip_address <> ${ip}::inet as elsewhere,
      created_at < now() - make_interval(secs => ${PATIENCE}) as old
    from auth.mfa_challenges
    where id::text = ${id} and factor_id = ${factor.id}
  `.execute(db);
  if (!found) {
    throw refusal(
      422,
      "mfa_factor_not_found",
      "MFA factor with the provided challenge ID not found",
    );
  }
  if (found.elsewhere) {
    throw refusal(
      422,
      "mfa_ip_address_mismatch",
      "Challenge and verify IP addresses mismatch.",
    );
  }
  if (!found.old) return;
  throw refusal(
    422,
    "mfa_challenge_expired",
    `MFA challenge ${id} has expired, verify against another challenge or create a new challenge.`,
  );
}

async function askAboutAttempt(
  { db, settings }: AuthService,
  { ip, user }: UserCall,
  factor: Factor,
  valid: boolean,
): Promise<void> {
  const name = "mfa_verification_attempt";
  const answer = await askHook(db, settings, name, ip, {
    user_id: user.id,
    factor_id: factor.id,
    factor_type: factor.factor_type,
    valid,
  });
  if (answer?.decision !== "reject") return;
  await endSessions(db, user.id);
  throw refusal(
    403,
    "mfa_verification_rejected",
    String(
      answer.message ||
        "Further MFA verification attempts will be rejected.",
    ),
  );
}

async function unenroll(
  { db }: AuthService,
  { session }: UserCall,
  factor: Factor,
): Promise<Json> {
  if (factor.status === "verified" && session?.aal !== "aal2") {
    throw refusal(
      422,
      "insufficient_aal",
      "AAL2 required to unenroll verified factor",
    );
  }
  await inTransaction(db, (db) => removeFactor(db, factor.id));
  return { id: factor.id };
}

/** Removes a factor; the sessions that it lifted are of the first level again. */
export async function removeFactor(db: Database, id: string): Promise<void> {
  await sql`
    delete from auth.mfa_amr_claims
    using auth.sessions
    where sessions.factor_id = ${id}
      and mfa_amr_claims.session_id = sessions.id
      and authentication_method = 'totp'
  `.execute(db);
  await sql`
    update auth.sessions
    set aal = 'aal1', factor_id = null
    where factor_id = ${id}
  `.execute(db);
  await sql`delete from auth.mfa_factors where id = ${id}`.execute(db);
}
