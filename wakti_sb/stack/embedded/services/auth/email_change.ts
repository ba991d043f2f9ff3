/** A changed e-mail address. */

import { sql } from "kysely";
import type { Database } from "../database/pools.ts";

/**
 * Makes the address that a user has asked for its own.
 *
 * Lite waits for a message to be answered. Where addresses need no confirmation the platform does
 * not, and there is no mail server here.
 */
export async function confirmEmailChange(
  db: Database,
  user: string,
): Promise<void> {
  await db.transaction().execute(async (db) => {
    await sql`
      update auth.users
      set email = email_change,
          email_change = null,
          email_change_token_new = null,
          email_change_token_current = null,
          email_change_sent_at = null,
          email_confirmed_at = coalesce(email_confirmed_at, now()),
          updated_at = now()
      where id = ${user} and email_change <> ''
    `.execute(db);
    await sql`
      update auth.identities
      set identity_data = identity_data
            || jsonb_build_object('email', users.email, 'email_verified', true),
          updated_at = now()
      from auth.users
      where users.id = ${user}
        and identities.user_id = users.id
        and identities.provider = 'email'
    `.execute(db);
  });
}
