/** A changed address or number becomes the user's own. */

import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import { recordProviders, setIdentity } from "./identities.ts";
import { confirmEmail, forgetTokens, updateUser, type User } from "./users.ts";

export async function confirmEmailChange(
  db: Database,
  user: User,
  email: string,
): Promise<void> {
  await setIdentity(db, user.id, "email", { email, email_verified: true });
  await updateUser(db, user.id, {
    email,
    email_change: "",
    email_change_token_new: "",
    email_change_token_current: "",
    email_change_confirm_status: 0,
    is_anonymous: false,
  });
  await forgetTokens(db, user.id);
  if (!user.email_confirmed_at) await confirmEmail(db, user.id);
  await recordProviders(db, user.id);
}

export async function confirmPhoneChange(
  db: Database,
  user: User,
  phone: string,
): Promise<void> {
  await setIdentity(db, user.id, "phone", { phone, phone_verified: true });
  await updateUser(db, user.id, {
    phone,
    phone_change: "",
    phone_change_token: "",
    phone_confirmed_at: sql`now()`,
    is_anonymous: false,
  });
  await forgetTokens(db, user.id);
  await recordProviders(db, user.id);
}
