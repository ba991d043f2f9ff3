/** The ways in which a user signs in. */

import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import type { Json } from "./params.ts";
import { updateMetadata, type User } from "./users.ts";

export type Provider = "email" | "phone";

/** What an identity tells of an address or a number; the sign-up's own words come after it. */
export function identityData(id: string, data: Json): Json {
  return { sub: id, email_verified: false, phone_verified: false, ...data };
}

/** Adds the identity of a provider, or changes the one that is there. */
export async function setIdentity(
  db: Database,
  id: string,
  provider: Provider,
  data: Json,
): Promise<void> {
  const added = JSON.stringify(identityData(id, data));
  await sql`
    insert into auth.identities
      (provider, provider_id, user_id, identity_data, last_sign_in_at)
    values (${provider}, ${id}, ${id}, ${added}, now())
    on conflict (provider_id, provider) do update
    set identity_data = identities.identity_data || ${JSON.stringify(data)},
        updated_at = now()
  `.execute(db);
}

/** Writes into app_metadata which providers a user has, the oldest first. */
export async function recordProviders(
  db: Database,
  id: string,
): Promise<void> {
  const { rows } = await sql<{ provider: string }>`
    select provider
    from auth.identities
    where user_id = ${id}
    order by created_at, id
  `.execute(db);
  const providers = [...new Set(rows.map((row) => row.provider))];
  await updateMetadata(db, id, "raw_app_meta_data", {
    providers,
    ...providers.length > 0 && { provider: providers[0] },
  });
}

/** Whether somebody else has the address, by whichever provider. */
export async function emailTaken(
  db: Database,
  email: string,
  but: User | null,
): Promise<boolean> {
  const { rows } = await sql`
    select 1
    from auth.users
    where email = ${email} and is_sso_user = false
      and id is distinct from ${but?.id ?? null}::uuid
    union all
    select 1
    from auth.identities
    where email = ${email} and provider not like 'sso:%'
      and user_id is distinct from ${but?.id ?? null}::uuid
    limit 1
  `.execute(db);
  return rows.length > 0;
}
