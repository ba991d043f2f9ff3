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
  const mistakes: { email?: string; password?: string } = {};
  if (!email.trim()) mistakes.email = t.emailMissing;
  else if (!/^[^\s@]+@[^\s@]+$/.test(email.trim())) {
    mistakes.email = t.emailInvalid;
  }
  if (!password) mistakes.password = t.passwordMissing;
  else if (isNew && password.length < SHORTEST) {
    mistakes.password = t.passwordShort;
  }
  return mistakes;
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
