/** `/verify`: a code or a link that was sent, in exchange for a session. */

import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import { Problem } from "../problem.ts";
import { inTransaction } from "./database.ts";
import { codeExpired, invalid, linkExpired, refusal } from "./errors.ts";
import { confirmEmailChange, confirmPhoneChange } from "./changes.ts";
import { recordProviders } from "./identities.ts";
import { hashOf, isGood, isOld, PKCE } from "./one_time_tokens.ts";
import { checkedEmail, checkedPhone, type Json, Params } from "./params.ts";
import { issueCode } from "./pkce.ts";
import { redirectOf } from "./redirects.ts";
import type { AuthService, Call } from "./service.ts";
import { openSession } from "./sessions.ts";
import {
  confirmEmail,
  confirmPhone,
  findUser,
  forgetTokens,
  reload,
  updateUser,
  type User,
} from "./users.ts";

const HALF_DONE =
  "Confirmation link accepted. Please proceed to confirm link sent to the other email";

/** A token, however it came, and what it is for. */
interface Token {
  readonly type: string;
  readonly hash: string;
  readonly code: string;
  readonly email: string;
  readonly phone: string;
}

/** Answers a session for a code, or for the hash of a link. */
export async function verify(
  auth: AuthService,
  call: Call,
  params: Params,
): Promise<Json> {
  const token = tokenOf(params);
  return await inTransaction(auth.db, async (db) => {
    const found = token.code === ""
      ? await byHash(auth, db, token)
      : await byCode(auth, db, token);
    const user = await settle(auth, db, token, found.user, found.type);
    if (user === null) return { msg: HALF_DONE, code: "200" };
    return await openSession(auth, db, call, user, "otp");
  });
}

/** Answers a click on a link: leads on to the site, with a session or a code for PKCE. */
export async function verifyLink(
  auth: AuthService,
  call: Call,
): Promise<Response> {
  const { searchParams } = call.url;
  const type = searchParams.get("type") ?? "";
  const hash = searchParams.get("token") ?? "";
  if (type === "") throw invalid("Verify requires a verification type");
  if (hash === "") throw invalid("Verify requires a token or a token hash");
  const token = { type, hash, code: "", email: "", phone: "" };
  const pkce = hash.startsWith(PKCE);
  const redirectTo = redirectOf(call.request, call.url, auth.settings);
  try {
    const said = await inTransaction(auth.db, async (db) => {
      const found = await byHash(auth, db, token);
      const user = await settle(auth, db, token, found.user, found.type);
      if (user === null) return { message: HALF_DONE };
      if (!pkce) {
        const session = await openSession(auth, db, call, user, "otp");
        const { user: _, ...rest } = session;
        return { ...rest, type };
      }
      const how = type.endsWith("signup") ? "email/signup" : type;
      return { code: await issueCode(db, user.id, how) };
    });
    return leadOn(redirectTo, said, pkce);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { error_code, msg } = error.body;
    return leadOn(redirectTo, {
      error: error.status < 500 ? "access_denied" : "server_error",
      error_code,
      error_description: msg,
    }, pkce);
  }
}

function leadOn(to: string, said: Json, pkce: boolean): Response {
  const url = new URL(to);
  const words = Object.entries(said).map(([name, value]) =>
    [name, String(value)] as [string, string]
  );
  const fragment = new URLSearchParams([...words, ["sb", ""]]);
  // A server sees the query and no fragment; a code is for the server alone.
  if (pkce) {
    for (const [name, value] of words) url.searchParams.set(name, value);
  }
  if (said.code === undefined) url.hash = fragment.toString();
  return new Response(null, { status: 303, headers: { location: url.href } });
}

/** What a request to verify says. Throws Problem. */
function tokenOf(params: Params): Token {
  const type = params.text("type");
  const code = params.text("token");
  const hash = params.text("token_hash");
  let email = params.text("email");
  let phone = params.text("phone");
  if (type === "") throw invalid("Verify requires a verification type");
  if ((code === "") === (hash === "")) {
    throw invalid("Verify requires either a token or a token hash");
  }
  if (code === "") {
    if (email || phone || params.text("redirect_to")) {
      throw invalid("Only the token_hash and type should be provided");
    }
    return { type, hash, code, email, phone };
  }
  if ((email === "") === (phone === "")) {
    throw invalid(
      "Only an email address or phone number should be provided on verify",
    );
  }
  if (phone) phone = checkedPhone(phone);
  if (email) email = checkedEmail(email);
  return { type, code, email, phone, hash: hashOf(email || phone, code) };
}

interface Found {
  readonly user: User;
  /** What the token turned out to be for: `email` may mean either. */
  readonly type: string;
}

/** The user of a link. Throws Problem. */
async function byHash(
  { settings }: AuthService,
  db: Database,
  { type, hash }: Token,
): Promise<Found> {
  const look = async (columns: readonly Parameters<typeof findUser>[1][]) => {
    for (const column of columns) {
      const user = await findUser(db, column, hash);
      if (user) return user;
    }
    throw linkExpired();
  };
  const columns = COLUMNS[type];
  if (columns === undefined) throw invalid("Invalid email verification type");
  const user = await look(columns);
  if (user.is_banned) throw refusal(403, "user_banned", "User is banned");
  const recovery = user.recovery_token === hash;
  const sentAt = type === "email_change"
    ? user.email_change_sent_at
    : recovery
    ? user.recovery_sent_at
    : user.confirmation_sent_at;
  if (isOld(sentAt, settings.otpExpiry)) throw linkExpired();
  if (type !== "email") return { user, type };
  return { user, type: recovery ? "magiclink" : "signup" };
}

const COLUMNS: Readonly<
  Record<string, readonly Parameters<typeof findUser>[1][]>
> = {
  email: ["confirmation_token", "recovery_token"],
  signup: ["confirmation_token"],
  invite: ["confirmation_token"],
  recovery: ["recovery_token"],
  magiclink: ["recovery_token"],
  email_change: ["email_change_token_current", "email_change_token_new"],
};

/** The user of a code. Throws Problem. */
async function byCode(
  { settings }: AuthService,
  db: Database,
  { type, code, hash, email, phone }: Token,
): Promise<Found> {
  const user = type === "phone_change"
    ? await findUser(db, "phone_change", phone)
    : type === "sms"
    ? await findUser(db, "phone", phone)
    : type === "email_change"
    ? await changing(db, hash)
    : await findUser(db, "email", email);
  if (user === null) throw codeExpired();
  if (user.is_banned) throw refusal(403, "user_banned", "User is banned");
  const good = (stored: string | null, sentAt: string | null) =>
    isGood(hash, stored, sentAt, settings.otpExpiry);
  const confirms = good(user.confirmation_token, user.confirmation_sent_at);
  const recovers = good(user.recovery_token, user.recovery_sent_at);
  switch (type) {
    case "email":
      if (confirms) return { user, type: "signup" };
      if (recovers) return { user, type: "magiclink" };
      break;
    case "signup":
    case "invite":
      if (confirms) return { user, type };
      break;
    case "recovery":
    case "magiclink":
      if (recovers) return { user, type };
      break;
    case "email_change":
      if (
        good(user.email_change_token_current, user.email_change_sent_at) ||
        good(user.email_change_token_new, user.email_change_sent_at)
      ) return { user, type };
      break;
    case "sms":
    case "phone_change":
      if (settings.testOtps[phone] === code) return { user, type };
      break;
    default:
      throw invalid("Unsupported verification type");
  }
  throw codeExpired();
}

/** Who changes the address by this code, or by the one that ends with PKCE. */
async function changing(db: Database, hash: string): Promise<User | null> {
  for (const one of [hash, PKCE + hash]) {
    const user = await findUser(db, "email_change_token_current", one) ??
      await findUser(db, "email_change_token_new", one);
    if (user) return user;
  }
  return null;
}

/** Does what the token is for. Result: the user, or null if another token is needed yet. */
async function settle(
  { settings }: AuthService,
  db: Database,
  { hash, phone }: Token,
  user: User,
  type: string,
): Promise<User | null> {
  switch (type) {
    case "signup":
    case "invite":
      await confirmEmail(db, user.id);
      break;
    case "recovery":
    case "magiclink":
      await updateUser(db, user.id, { recovery_token: "" });
      await forgetTokens(db, user.id);
      if (!user.email_confirmed_at) await confirmEmail(db, user.id);
      break;
    case "email_change":
      if (
        settings.emailConfirmations && settings.doubleConfirm && user.email &&
        user.email_change_confirm_status === 0
      ) {
        await noteFirst(db, user, hash);
        return null;
      }
      await confirmEmailChange(db, user, user.email_change ?? "");
      break;
    case "sms":
      await confirmPhone(db, user.id);
      break;
    case "phone_change":
      await confirmPhoneChange(db, user, phone);
      break;
    default:
      throw invalid("Unsupported verification type");
  }
  await updateUser(db, user.id, {
    is_anonymous: sql`is_anonymous and email is null and phone is null`,
  });
  await recordProviders(db, user.id);
  return await reload(db, user);
}

/** One of two addresses has agreed. */
async function noteFirst(
  db: Database,
  user: User,
  hash: string,
): Promise<void> {
  const current = [hash, PKCE + hash].includes(
    user.email_change_token_current ?? "",
  );
  const column = current
    ? "email_change_token_current"
    : "email_change_token_new";
  await updateUser(db, user.id, {
    email_change_confirm_status: 1,
    [column]: "",
  });
  await sql`
    delete from auth.one_time_tokens
    where user_id = ${user.id}
      and token_type = ${column}::auth.one_time_token_type
  `.execute(db);
}
