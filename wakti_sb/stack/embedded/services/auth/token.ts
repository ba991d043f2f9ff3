/** `/token`: a session for a password, a refresh token or the code of a link. */

import { inTransaction } from "./database.ts";
import {
  badCredentials,
  invalid,
  noEmailLogins,
  noPhoneLogins,
  notServed,
  refusal,
  userNotFound,
} from "./errors.ts";
import { askHook } from "./hooks.ts";
import { type Json, Params, plainPhone } from "./params.ts";
import { matches, weaknessOf } from "./passwords.ts";
import { redeemCode } from "./pkce.ts";
import { refresh } from "./refresh.ts";
import type { AuthService, Call } from "./service.ts";
import { endSessions, type Method, openSession } from "./sessions.ts";
import { findUser, type User } from "./users.ts";

const REJECTED = "Further password verification attempts will be rejected.";

export async function token(
  auth: AuthService,
  call: Call,
  params: Params,
): Promise<Json> {
  switch (call.url.searchParams.get("grant_type")) {
    case "password":
      return await byPassword(auth, call, params);
    case "refresh_token":
      return await inTransaction(
        auth.db,
        (db) => refresh(auth, db, call, params.text("refresh_token")),
      );
    case "pkce":
      return await inTransaction(auth.db, async (db) => {
        const { user, how } = await redeemCode(
          db,
          params.text("auth_code"),
          params.text("code_verifier"),
        );
        const found = await findUser(db, "id", user);
        if (found === null) throw userNotFound();
        return await openSession(auth, db, call, found, how as Method);
      });
    case "id_token":
      throw notServed(
        400,
        "provider_disabled",
        "Sign-in by OAuth and OIDC is not enabled: it",
      );
    case "web3":
      throw notServed(
        400,
        "web3_provider_disabled",
        "Web3 provider is disabled: it",
      );
    default:
      throw refusal(400, "invalid_credentials", "unsupported_grant_type");
  }
}

async function byPassword(
  auth: AuthService,
  call: Call,
  params: Params,
): Promise<Json> {
  const { db, settings } = auth;
  const password = params.text("password");
  const user = await named(auth, params);
  if (!user?.encrypted_password) throw badCredentials();
  if (user.is_banned) throw refusal(400, "user_banned", "User is banned");
  const valid = await matches(db, password, user.encrypted_password);
  await askAboutAttempt(auth, call, user, valid);
  if (!valid) throw badCredentials();
  const byEmail = params.text("email") !== "";
  if (byEmail && !user.email_confirmed_at) {
    throw refusal(400, "email_not_confirmed", "Email not confirmed");
  }
  if (!byEmail && !user.phone_confirmed_at) {
    throw refusal(400, "phone_not_confirmed", "Phone not confirmed");
  }
  const session = await inTransaction(
    db,
    (db) => openSession(auth, db, call, user, "password"),
  );
  return { ...session, weak_password: weaknessOf(password, settings) };
}

/** Whom a request to sign in names; null if there is nobody. */
function named(
  { db, settings }: AuthService,
  params: Params,
): Promise<User | null> {
  const email = params.text("email");
  const phone = params.text("phone");
  if (email !== "" && phone !== "") {
    throw invalid(
      "Only an email address or phone number should be provided on login.",
    );
  }
  if (email !== "") {
    if (!settings.emailSignup) throw noEmailLogins();
    return findUser(db, "email", email.toLowerCase());
  }
  if (phone === "") throw invalid("missing email or phone");
  if (!settings.smsSignup) {
    throw noPhoneLogins("Phone logins are disabled", 422);
  }
  return findUser(db, "phone", plainPhone(phone));
}

async function askAboutAttempt(
  { db, settings }: AuthService,
  call: Call,
  user: User,
  valid: boolean,
): Promise<void> {
  const answer = await askHook(
    db,
    settings,
    "password_verification_attempt",
    call.ip,
    { user_id: user.id, valid },
  );
  if (answer?.decision !== "reject") return;
  if (answer.should_logout_user === true) await endSessions(db, user.id);
  throw refusal(
    400,
    "invalid_credentials",
    String(answer.message || REJECTED),
  );
}
