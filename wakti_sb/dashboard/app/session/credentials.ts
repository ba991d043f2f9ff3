/** What is wrong with an e-mail or a password, before and after the server saw them. */

import type { AuthError } from "@supabase/supabase-js";
import type { Messages } from "../i18n/messages.ts";

export interface Mistakes {
  readonly email?: string;
  readonly password?: string;
  /** About neither of the two. */
  readonly form?: string;
}

const SHORTEST = 8;

export function check(
  t: Messages["session"],
  email: string,
  password: string,
  isNew: boolean,
): Mistakes {
  const wrong = checkEmail(t, email);
  const weak = isNew || !password ? checkNewPassword(t, password) : null;
  return {
    ...(wrong ? { email: wrong } : {}),
    ...(weak ? { password: weak } : {}),
  };
}

/** What is wrong with an address; null if nothing is. */
export function checkEmail(
  t: Messages["session"],
  email: string,
): string | null {
  if (!email.trim()) return t.emailMissing;
  return /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? null : t.emailInvalid;
}

/** What is wrong with a password that is being chosen; null if nothing is. */
export function checkNewPassword(
  t: Messages["session"],
  password: string,
): string | null {
  if (!password) return t.passwordMissing;
  return password.length < SHORTEST ? t.passwordShort : null;
}

/** What the server said, in the reader's words. */
export function explain(t: Messages, error: AuthError): Mistakes {
  if (error.status === 429) return { form: t.session.tooMany };
  if (!error.status || error.name === "AuthRetryableFetchError") {
    return { form: t.problems.offline };
  }
  switch (error.code) {
    case "user_already_exists":
    case "email_exists":
      return { email: t.session.taken };
    case "weak_password":
      return { password: t.session.passwordShort };
    case "same_password":
      return { password: t.session.passwordSame };
    case "email_address_invalid":
      return { email: t.session.emailInvalid };
    case "invalid_credentials":
    case "invalid_grant":
      return { form: t.session.wrong };
  }
  if (/already registered/i.test(error.message)) {
    return { email: t.session.taken };
  }
  return { form: error.status >= 500 ? t.problems.server : error.message };
}
