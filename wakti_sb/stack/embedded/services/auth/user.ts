/** `/user`: what a signed-in user reads and changes of itself. */

import { sql } from "kysely";
import { confirmEmailChange, confirmPhoneChange } from "./changes.ts";
import { inTransaction } from "./database.ts";
import {
  emailExists,
  invalid,
  notAdmin,
  phoneExists,
  refusal,
} from "./errors.ts";
import { emailTaken, recordProviders } from "./identities.ts";
import { sendEmailChange } from "./mails.ts";
import { hashOf as hashOfCode, isGood } from "./one_time_tokens.ts";
import {
  checkedEmail,
  checkedPhone,
  isUuid,
  type Json,
  Params,
} from "./params.ts";
import { checkPassword, hashOf, matches } from "./passwords.ts";
import { challengeOf, rememberChallenge } from "./pkce.ts";
import type { AuthService, UserCall } from "./service.ts";
import { endSessions } from "./sessions.ts";
import { refuseSms } from "./signup.ts";
import type { Database } from "../database/pools.ts";
import {
  findUser,
  forgetTokens,
  reload,
  shown,
  updateMetadata,
  updateUser,
  type User,
} from "./users.ts";

/** Changes the caller. Answers the user. */
export async function changeUser(
  auth: AuthService,
  call: UserCall,
  params: Params,
): Promise<Json> {
  const { settings } = auth;
  const { user } = call;
  const email = params.text("email") && checkedEmail(params.text("email"));
  const phone = params.text("phone") && checkedPhone(params.text("phone"));
  const password = params.maybeText("password");
  const challenge = challengeOf(params);
  const newEmail = email !== "" && email !== user.email ? email : null;
  const newPhone = phone !== "" && phone !== user.phone ? phone : null;
  if (password) checkPassword(password, settings);
  if (params.object("app_metadata") !== undefined) throw notAdmin();
  checkLevel(call, Boolean(password || newEmail || newPhone));
  if (user.is_anonymous && password && email === "" && phone === "") {
    throw invalid(
      "Updating password of an anonymous user without an email or phone is not allowed",
      422,
    );
  }
  if (newEmail && await emailTaken(auth.db, newEmail, user)) {
    throw emailExists();
  }
  if (newPhone && await findUser(auth.db, "phone", newPhone)) {
    throw phoneExists();
  }
  return await inTransaction(auth.db, async (db) => {
    if (password) await changePassword(auth, db, call, password, params);
    const data = params.object("data");
    if (data) await updateMetadata(db, user.id, "raw_user_meta_data", data);
    if (newEmail !== null) {
      if (settings.emailConfirmations) {
        const how = "email_change";
        if (challenge) await rememberChallenge(db, user.id, how, challenge);
        const pkce = challenge !== null;
        await sendEmailChange(auth, db, call, user, newEmail, pkce);
      } else await confirmEmailChange(db, user, newEmail);
    }
    if (newPhone !== null) {
      if (settings.smsConfirmations) {
        await refuseSms(auth, newPhone);
        await updateUser(db, user.id, { phone_change: newPhone });
      } else await confirmPhoneChange(db, user, newPhone);
    }
    return shown(await reload(db, user));
  }, "Error updating user");
}

/** Throws if a second factor is asked for and was not given. */
function checkLevel({ user, session }: UserCall, changing: boolean): void {
  const enrolled = user.factors.some((one) => one.status === "verified");
  if (!changing || !enrolled || session?.aal === "aal2") return;
  throw refusal(
    401,
    "insufficient_aal",
    "AAL2 session is required to update email or password when MFA is enabled.",
  );
}

/** Seconds after which a session is no proof any more that its user is there. */
const RECENT = 24 * 60 * 60;

async function changePassword(
  auth: AuthService,
  db: Database,
  { user, session }: UserCall,
  password: string,
  params: Params,
): Promise<void> {
  const recent = session !== null &&
    Date.parse(session.created_at) + RECENT * 1000 > Date.now();
  if (auth.settings.securePasswordChange && !recent) {
    await checkNonce(auth, db, user, params.text("nonce"));
  }
  const old = user.encrypted_password;
  if (old && await matches(db, password, old)) {
    throw refusal(
      422,
      "same_password",
      "New password should be different from the old password.",
    );
  }
  await setPassword(db, user.id, await hashOf(db, password));
  await endSessions(db, user.id, session?.id ?? null);
}

async function checkNonce(
  { settings }: AuthService,
  db: Database,
  user: User,
  nonce: string,
): Promise<void> {
  if (nonce === "") {
    throw refusal(
      400,
      "reauthentication_needed",
      "Password update requires reauthentication",
    );
  }
  const good = isGood(
    hashOfCode(user.email ?? "", nonce),
    user.reauthentication_token,
    user.reauthentication_sent_at,
    settings.otpExpiry,
  ) || !user.email && settings.testOtps[user.phone ?? ""] === nonce;
  if (!good) {
    throw refusal(
      422,
      "reauthentication_not_valid",
      "Nonce has expired or is invalid",
    );
  }
  await updateUser(db, user.id, { reauthentication_token: "" });
  await forgetTokens(db, user.id);
}

/** Writes a new password's hash. What was sent before it is of no use any more. */
export async function setPassword(
  db: Database,
  user: string,
  hash: string,
): Promise<void> {
  await updateUser(db, user, {
    encrypted_password: hash,
    confirmation_token: "",
    recovery_token: "",
    email_change_token_new: "",
    email_change_token_current: "",
    phone_change_token: "",
    reauthentication_token: "",
    confirmation_sent_at: null,
    recovery_sent_at: null,
    email_change_sent_at: null,
    phone_change_sent_at: null,
    reauthentication_sent_at: null,
  });
  await forgetTokens(db, user);
}

/** Takes one way to sign in away. Throws Problem. */
export async function unlinkIdentity(
  auth: AuthService,
  { user }: UserCall,
  id: string,
): Promise<Json> {
  if (!auth.settings.manualLinking) throw noLinking();
  if (!isUuid(id)) throw invalid("identity_id must be an UUID", 404);
  if (user.identities.length <= 1) {
    throw refusal(
      422,
      "single_identity_not_deletable",
      "User must have at least 1 identity after unlinking",
    );
  }
  const identity = user.identities.find((one) => one.identity_id === id);
  if (identity === undefined) {
    throw refusal(422, "identity_not_found", "Identity doesn't exist");
  }
  await inTransaction(auth.db, async (db) => {
    await sql`delete from auth.identities where id = ${id}`.execute(db);
    if (identity.provider === "phone") {
      await updateUser(db, user.id, { phone: null, phone_confirmed_at: null });
    } else await takeOtherEmail(db, user, id);
    await recordProviders(db, user.id);
  });
  return {};
}

export const noLinking = () =>
  refusal(404, "manual_linking_disabled", "Manual linking is disabled");

/** The address of another identity becomes the user's, where its own has gone. */
async function takeOtherEmail(
  db: Database,
  user: User,
  gone: string,
): Promise<void> {
  const left = user.identities.filter((one) => one.identity_id !== gone);
  if (left.some((one) => one.email === user.email)) return;
  const next = left.find((one) => one.email !== undefined);
  const sure = next?.identity_data.email_verified === true;
  await updateUser(db, user.id, {
    email: next?.email ?? null,
    ...!sure && { email_confirmed_at: null },
  });
}
