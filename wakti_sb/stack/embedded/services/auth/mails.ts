/** Messages to users, with a code and a link that are good once. */

import type { Database } from "../database/pools.ts";
import { refusal } from "./errors.ts";
import { askHook } from "./hooks.ts";
import { compose, type Kind } from "./messages.ts";
import { newToken, type OneTimeToken, storeToken } from "./one_time_tokens.ts";
import { redirectOf } from "./redirects.ts";
import type { AuthService, Call } from "./service.ts";
import { shown, updateUser, type User } from "./users.ts";

/** What a link is for, as its `type` says. */
export type LinkType =
  | "signup"
  | "invite"
  | "recovery"
  | "magiclink"
  | "email_change"
  | "reauthentication";

const KINDS: Readonly<Record<LinkType, Kind>> = {
  signup: "confirmation",
  invite: "invite",
  recovery: "recovery",
  magiclink: "magic_link",
  email_change: "email_change",
  reauthentication: "reauthentication",
};

/** The address of a link. */
export function linkOf(
  auth: AuthService,
  type: string,
  hash: string,
  redirectTo: string,
): string {
  const query = new URLSearchParams({
    token: hash,
    type,
    redirect_to: redirectTo,
  });
  return `${auth.url}/verify?${query}`;
}

/**
 * Sends a user a message of one kind. Throws if the last one was sent a moment ago.
 *
 * @param pkce Whether the link ends with a code for PKCE.
 */
export async function sendMail(
  auth: AuthService,
  db: Database,
  call: Call,
  user: User,
  type: Exclude<LinkType, "email_change">,
  pkce = false,
): Promise<void> {
  const to = user.email ?? "";
  const token = newToken(to, auth.settings.otpLength, pkce);
  const column = type === "signup" || type === "invite"
    ? "confirmation_token"
    : type === "reauthentication"
    ? "reauthentication_token"
    : "recovery_token";
  if (type !== "invite") {
    const sent = {
      confirmation_token: user.confirmation_sent_at,
      recovery_token: user.recovery_sent_at,
      reauthentication_token: user.reauthentication_sent_at,
    };
    checkFrequency(sent[column], auth.settings.maxFrequency);
  }
  await storeToken(db, user.id, column, token, to);
  await deliver(auth, db, call, user, type, [{ to, token }]);
}

/** Asks a new address, and the old one if it has a say, whether an address may change. */
export async function sendEmailChange(
  auth: AuthService,
  db: Database,
  call: Call,
  user: User,
  email: string,
  pkce: boolean,
): Promise<void> {
  const { settings } = auth;
  checkFrequency(user.email_change_sent_at, settings.maxFrequency);
  await updateUser(db, user.id, {
    email_change: email,
    email_change_confirm_status: 0,
  });
  const changing = { ...user, email_change: email };
  const token = newToken(email, settings.otpLength, pkce);
  await storeToken(db, user.id, "email_change_token_new", token, email);
  const letters = [{ to: email, token }];
  if (settings.doubleConfirm && user.email) {
    const old = newToken(user.email, settings.otpLength, pkce);
    const type = "email_change_token_current";
    await storeToken(db, user.id, type, old, user.email);
    letters.push({ to: user.email, token: old });
  }
  await deliver(auth, db, call, changing, "email_change", letters);
}

interface Letter {
  readonly to: string;
  readonly token: OneTimeToken;
}

async function deliver(
  auth: AuthService,
  db: Database,
  call: Call,
  user: User,
  type: LinkType,
  letters: readonly Letter[],
): Promise<void> {
  const { settings, mailbox } = auth;
  const redirectTo = redirectOf(call.request, call.url, settings);
  const [first, second] = letters;
  const hooked = await askHook(db, settings, "send_email", call.ip, {
    user: shown(user),
    email_data: {
      token: (second ?? first)!.token.code,
      token_hash: first!.token.hash,
      token_new: second ? first!.token.code : "",
      token_hash_new: second?.token.hash ?? "",
      redirect_to: redirectTo,
      email_action_type: type,
      site_url: auth.url,
    },
  });
  if (hooked !== null) return;
  for (const { to, token } of letters) {
    const link = type === "reauthentication"
      ? null
      : linkOf(auth, type, token.hash, redirectTo);
    const kind = KINDS[type];
    const message = compose(kind, settings.templates[kind], {
      SiteURL: settings.siteUrl,
      ConfirmationURL: link ?? "",
      Email: user.email ?? "",
      NewEmail: user.email_change ?? "",
      SendingTo: to,
      Token: token.code,
      TokenHash: token.hash,
      Data: user.raw_user_meta_data ?? {},
      RedirectTo: redirectTo,
    });
    mailbox.add({
      ...message,
      to,
      kind,
      link,
      code: token.code,
      tokenHash: token.hash,
    });
  }
}

/** Throws if something was sent to the user less than `seconds` ago. */
export function checkFrequency(sentAt: string | null, seconds: number): void {
  if (sentAt === null) return;
  const wait = Date.parse(sentAt) + seconds * 1000 - Date.now();
  if (wait <= 0) return;
  throw refusal(
    429,
    "over_email_send_rate_limit",
    `For security purposes, you can only request this after ${
      Math.ceil(wait / 1000)
    } seconds.`,
  );
}
