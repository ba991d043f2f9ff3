/** Messages that somebody asks for: magic links, recovery, invitations, the same once more. */

import { sql } from "kysely";
import { inTransaction } from "./database.ts";
import {
  emailExists,
  invalid,
  noEmailLogins,
  noPhoneLogins,
  refusal,
} from "./errors.ts";
import { sendEmailChange, sendMail } from "./mails.ts";
import { checkedEmail, checkedPhone, type Json, Params } from "./params.ts";
import { inventPassword } from "./passwords.ts";
import { challengeOf, rememberChallenge } from "./pkce.ts";
import type { AuthService, Call, UserCall } from "./service.ts";
import {
  askBeforeCreated,
  createUser,
  refuseSms,
  register,
  signupDisabled,
} from "./signup.ts";
import { findUser, reload, shown, updateUser } from "./users.ts";

/** A code to sign in with; who is not known yet is registered, unless that is not wanted. */
export async function sendCode(
  auth: AuthService,
  call: Call,
  params: Params,
): Promise<Json> {
  const email = params.text("email");
  const phone = params.text("phone");
  if (email !== "" && phone !== "") {
    throw invalid("Only an email address or phone number should be provided");
  }
  if (email !== "" && params.text("channel") !== "") {
    throw invalid("Channel should only be specified with Phone OTP");
  }
  challengeOf(params);
  if (email === "" && phone === "") {
    throw invalid("One of email or phone must be set");
  }
  if (!params.flag("create_user", true)) {
    const user = email
      ? await findUser(auth.db, "email", checkedEmail(email))
      : await findUser(auth.db, "phone", checkedPhone(phone));
    if (user === null) {
      throw refusal(422, "otp_disabled", "Signups not allowed for otp");
    }
  }
  return email
    ? await sendMagicLink(auth, call, params)
    : await sendPhoneCode(auth, call, params);
}

export async function sendMagicLink(
  auth: AuthService,
  call: Call,
  params: Params,
): Promise<Json> {
  const { settings, db } = auth;
  if (!settings.emailSignup) throw noEmailLogins();
  const email = checkedEmail(params.text("email"));
  const challenge = challengeOf(params);
  let user = await findUser(db, "email", email);
  if (!user?.email_confirmed_at) {
    if (!settings.signup) throw signupDisabled();
    const password = inventPassword(settings);
    const body = { ...params.body, email, password };
    const registered = await register(auth, call, new Params(body));
    // The message that asks to confirm the address signs in as well.
    if (registered.session === null) return {};
    user = registered.user;
  }
  const { id } = user;
  await inTransaction(db, async (db) => {
    if (challenge) await rememberChallenge(db, id, "magiclink", challenge);
    const user = (await findUser(db, "id", id))!;
    await sendMail(auth, db, call, user, "magiclink", challenge !== null);
  });
  return {};
}

/** Nothing is sent: the code is the one that config.toml has for the number. */
async function sendPhoneCode(
  auth: AuthService,
  call: Call,
  params: Params,
): Promise<Json> {
  const { settings, db } = auth;
  if (!settings.smsSignup) throw noPhoneLogins("Unsupported phone provider");
  const phone = checkedPhone(params.text("phone"));
  await refuseSms(auth, phone);
  if (await findUser(db, "phone", phone) === null) {
    if (!settings.signup) throw signupDisabled();
    const password = inventPassword(settings);
    const body = { ...params.body, phone, password };
    await register(auth, call, new Params(body));
  }
  return {};
}

/** A message to whoever has forgotten the password; nobody learns whether there is an account. */
export async function recover(
  auth: AuthService,
  call: Call,
  params: Params,
): Promise<Json> {
  if (!auth.settings.emailSignup) throw noEmailLogins(400);
  if (params.text("email") === "") {
    throw invalid("Password recovery requires an email");
  }
  const email = checkedEmail(params.text("email"));
  const challenge = challengeOf(params);
  const user = await findUser(auth.db, "email", email);
  if (user === null) return {};
  await inTransaction(auth.db, async (db) => {
    if (challenge) await rememberChallenge(db, user.id, "recovery", challenge);
    await sendMail(auth, db, call, user, "recovery", challenge !== null);
  });
  return {};
}

/** An account for somebody who has not asked for one yet. */
export async function invite(
  auth: AuthService,
  call: Call,
  params: Params,
): Promise<Json> {
  const email = checkedEmail(params.text("email"));
  const known = await findUser(auth.db, "email", email);
  if (known?.email_confirmed_at) throw emailExists();
  const draft = {
    id: crypto.randomUUID(),
    email,
    passwordHash: null,
    appMetadata: { provider: "email", providers: ["email"] },
    userMetadata: params.object("data") ?? {},
  };
  if (known === null) await askBeforeCreated(auth, call, draft);
  return await inTransaction(auth.db, async (db) => {
    const user = known ?? await createUser(db, draft);
    await updateUser(db, user.id, { invited_at: sql`now()` });
    await sendMail(auth, db, call, user, "invite");
    return shown(await reload(db, user));
  }, "Database error saving new user");
}

/** The same message once more. */
export async function resend(
  auth: AuthService,
  call: Call,
  params: Params,
): Promise<Json> {
  const type = params.text("type");
  if (!["signup", "email_change", "sms", "phone_change"].includes(type)) {
    throw invalid(
      "Missing one of these types: signup, email_change, sms, phone_change",
    );
  }
  const challenge = challengeOf(params);
  const user = await addressee(auth, params, type);
  if (user === null) return {};
  if (type === "sms" || type === "phone_change") {
    const to = type === "sms" ? user.phone : user.phone_change;
    const done = type === "sms" ? user.phone_confirmed_at : !to;
    if (to && !done) await refuseSms(auth, to);
    return {};
  }
  const needless = type === "signup"
    ? user.email_confirmed_at
    : !user.email_change;
  if (needless) return {};
  await inTransaction(auth.db, async (db) => {
    const how = type === "signup" ? "email/signup" : "email_change";
    if (challenge) await rememberChallenge(db, user.id, how, challenge);
    const pkce = challenge !== null;
    await (type === "signup"
      ? sendMail(auth, db, call, user, "signup", pkce)
      : sendEmailChange(auth, db, call, user, user.email_change!, pkce));
  });
  return {};
}

/** Who is to get the message again; null if there is nobody. */
function addressee(
  { db, settings }: AuthService,
  params: Params,
  type: string,
) {
  const email = params.text("email");
  const phone = params.text("phone");
  if (email === "" && type === "signup") {
    throw invalid("Type provided requires an email address");
  }
  if (phone === "" && type === "sms") {
    throw invalid("Type provided requires a phone number");
  }
  if (email !== "" && phone !== "") {
    throw invalid("Only an email address or phone number should be provided.");
  }
  if (email !== "") {
    if (!settings.emailSignup) throw noEmailLogins(400);
    return findUser(db, "email", checkedEmail(email));
  }
  if (phone === "") throw invalid("Missing email address or phone number");
  if (!settings.smsSignup) throw noPhoneLogins("Phone logins are disabled");
  return findUser(db, "phone", checkedPhone(phone));
}

/** A code that shows that whoever holds the session is still its user. */
export async function reauthenticate(
  auth: AuthService,
  call: UserCall,
): Promise<Json> {
  const { user } = call;
  if (!user.email && !user.phone) {
    throw invalid(
      "Reauthentication requires the user to have an email or a phone number",
    );
  }
  if (!user.email) {
    await refuseSms(auth, user.phone!);
    return {};
  }
  if (!user.email_confirmed_at) {
    throw refusal(
      422,
      "email_not_confirmed",
      "Please verify your email first.",
    );
  }
  await inTransaction(
    auth.db,
    (db) => sendMail(auth, db, call, user, "reauthentication"),
  );
  return {};
}
