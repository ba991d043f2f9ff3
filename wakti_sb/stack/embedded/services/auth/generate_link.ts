/** `/admin/generate_link`: the links that messages would hold, without a message. */

import { sql } from "kysely";
import { inTransaction } from "./database.ts";
import { emailExists, invalid, refusal } from "./errors.ts";
import { emailTaken } from "./identities.ts";
import { linkOf } from "./mails.ts";
import {
  hashOf as hashOfCode,
  newToken,
  storeToken,
} from "./one_time_tokens.ts";
import { checkedEmail, type Json, Params } from "./params.ts";
import { checkPassword, hashOf, inventPassword } from "./passwords.ts";
import { isAllowed, redirectOf } from "./redirects.ts";
import type { AuthService, Call } from "./service.ts";
import { askBeforeCreated, createUser } from "./signup.ts";
import {
  findUser,
  reload,
  shown,
  updateMetadata,
  updateUser,
  type User,
} from "./users.ts";

const TYPES = [
  "signup",
  "invite",
  "magiclink",
  "recovery",
  "email_change_current",
  "email_change_new",
] as const;

type Type = (typeof TYPES)[number];

/** Answers a user with the link, its code and its hash. */
export async function generateLink(
  auth: AuthService,
  call: Call,
  params: Params,
): Promise<Json> {
  const { db, settings } = auth;
  const email = checkedEmail(params.text("email"));
  const asked = params.text("type");
  if (!isType(asked)) {
    throw invalid(`Invalid email action link type requested: ${asked}`);
  }
  const known = await findUser(db, "email", email);
  const type = typeFor(asked, known);
  const redirectTo = isAllowed(params.text("redirect_to"), settings)
    ? params.text("redirect_to")
    : redirectOf(call.request, call.url, settings);
  const draft = known ?? await draftOf(auth, call, params, email, asked, type);
  const token = newToken(email, settings.otpLength);
  return await inTransaction(db, async (db) => {
    const user = known ?? await createUser(db, draft as Draft);
    let { hash } = token;
    switch (type) {
      case "signup":
        if (known && params.object("data")) {
          const data = params.object("data")!;
          await updateMetadata(db, user.id, "raw_user_meta_data", data);
        }
        await storeToken(db, user.id, "confirmation_token", token, email);
        break;
      case "invite":
        await updateUser(db, user.id, { invited_at: sql`now()` });
        await storeToken(db, user.id, "confirmation_token", token, email);
        break;
      case "magiclink":
      case "recovery":
        await storeToken(db, user.id, "recovery_token", token, email);
        break;
      default: {
        if (type === "email_change_current" && !settings.doubleConfirm) {
          throw invalid(
            "Enable secure email change to generate link for current email",
          );
        }
        const to = checkedEmail(params.text("new_email"));
        if (await emailTaken(db, to, user)) throw emailExists();
        await updateUser(db, user.id, {
          email_change: to,
          email_change_confirm_status: 0,
        });
        if (type === "email_change_new") hash = hashOfCode(to, token.code);
        const column = type === "email_change_new"
          ? "email_change_token_new"
          : "email_change_token_current";
        await storeToken(db, user.id, column, { ...token, hash }, to);
      }
    }
    const verifies = type.startsWith("email_change") ? "email_change" : type;
    return {
      ...shown(await reload(db, user)),
      action_link: linkOf(auth, verifies, hash, redirectTo),
      email_otp: token.code,
      hashed_token: hash,
      verification_type: type,
      redirect_to: redirectTo,
    };
  }, "Database error saving new user");
}

function isType(text: string): text is Type {
  return (TYPES as readonly string[]).includes(text);
}

/** What the link is for in the end. Throws Problem. */
function typeFor(asked: Type, known: User | null): Type {
  if (known) {
    const registers = asked === "signup" || asked === "invite";
    if (registers && known.email_confirmed_at) throw emailExists();
    return asked;
  }
  if (asked === "magiclink") return "signup";
  if (asked === "signup" || asked === "invite") return asked;
  throw refusal(404, "user_not_found", "User with this email not found");
}

type Draft = Parameters<typeof createUser>[1];

async function draftOf(
  auth: AuthService,
  call: Call,
  params: Params,
  email: string,
  asked: Type,
  type: Type,
): Promise<Draft> {
  let passwordHash: string | null = null;
  if (type === "signup") {
    const password = asked === "magiclink"
      ? inventPassword(auth.settings)
      : params.text("password");
    if (password === "") throw invalid("Signup requires a valid password");
    checkPassword(password, auth.settings);
    passwordHash = await hashOf(auth.db, password);
  }
  const draft: Draft = {
    id: crypto.randomUUID(),
    email,
    passwordHash,
    appMetadata: { provider: "email", providers: ["email"] },
    userMetadata: params.object("data") ?? {},
  };
  await askBeforeCreated(auth, call, draft);
  return draft;
}
