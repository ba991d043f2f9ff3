/** Users in the database, and as GoTrue shows them. */

import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import type { Json } from "./params.ts";

/** A row of auth.users with what belongs to it. */
export interface User {
  readonly id: string;
  readonly aud: string | null;
  readonly role: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly encrypted_password: string | null;
  readonly email_confirmed_at: string | null;
  readonly phone_confirmed_at: string | null;
  readonly invited_at: string | null;
  readonly confirmation_token: string | null;
  readonly confirmation_sent_at: string | null;
  readonly recovery_token: string | null;
  readonly recovery_sent_at: string | null;
  readonly email_change: string | null;
  readonly email_change_token_new: string | null;
  readonly email_change_token_current: string | null;
  readonly email_change_sent_at: string | null;
  readonly email_change_confirm_status: number | null;
  readonly phone_change: string | null;
  readonly phone_change_token: string | null;
  readonly phone_change_sent_at: string | null;
  readonly reauthentication_token: string | null;
  readonly reauthentication_sent_at: string | null;
  readonly raw_app_meta_data: Json | null;
  readonly raw_user_meta_data: Json | null;
  readonly is_sso_user: boolean;
  readonly is_anonymous: boolean;
  readonly is_banned: boolean;
  readonly identities: readonly Identity[];
  readonly factors: readonly Factor[];
}

export interface Identity {
  readonly identity_id: string;
  readonly id: string;
  readonly provider: string;
  readonly identity_data: Json;
  readonly email?: string;
}

export interface Factor {
  readonly id: string;
  readonly status: "verified" | "unverified";
  readonly factor_type: string;
  readonly friendly_name?: string;
}

/** Of several columns that name one user. */
export type Key =
  | "id"
  | "email"
  | "phone"
  | "phone_change"
  | "confirmation_token"
  | "recovery_token"
  | "email_change_token_new"
  | "email_change_token_current";

/** The user whose column has the value; null if there is none. */
export async function findUser(
  db: Database,
  column: Key,
  value: string,
): Promise<User | null> {
  if (value === "") return null;
  const { rows: [user] } = await sql<User>`
    select ${COLUMNS}
    from auth.users
    where ${sql.ref(column)} = ${value}
      and (is_sso_user = false or ${column === "id"})
    limit 1
  `.execute(db);
  return user ?? null;
}

export async function reload(db: Database, user: User): Promise<User> {
  return (await findUser(db, "id", user.id))!;
}

/** One page, newest first, and how many there are. */
export async function listUsers(
  db: Database,
  page: number,
  perPage: number,
  filter: string,
): Promise<{ users: User[]; total: number }> {
  const like = `%${filter}%`;
  const chosen = sql`
    where ${filter} = '' or email like ${like}
      or raw_user_meta_data ->> 'full_name' ilike ${like}
  `;
  const counted = await sql<{ total: number }>`
    select count(*) as total from auth.users ${chosen}
  `.execute(db);
  const { rows } = await sql<User>`
    select ${COLUMNS}
    from auth.users
    ${chosen}
    order by created_at desc, id
    limit ${perPage}
    offset ${(page - 1) * perPage}
  `.execute(db);
  return { users: rows, total: Number(counted.rows[0]!.total) };
}

export interface NewUser {
  readonly id?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly role?: string;
  readonly passwordHash: string | null;
  readonly isAnonymous?: boolean;
  readonly appMetadata: Json;
  readonly userMetadata: Json;
}

/** Adds a user. Its row is read again: triggers may have changed it. */
export async function insertUser(db: Database, one: NewUser): Promise<User> {
  const { rows: [row] } = await sql<{ id: string }>`
    insert into auth.users (
      instance_id, id, aud, role, email, phone, encrypted_password,
      confirmation_token, recovery_token, email_change_token_new, email_change,
      is_anonymous, raw_app_meta_data, raw_user_meta_data
    )
    values (
      '00000000-0000-0000-0000-000000000000', ${one.id ?? crypto.randomUUID()},
      'authenticated', ${one.role ?? "authenticated"}, ${one.email},
      ${one.phone}, ${one.passwordHash}, '', '', '', '',
      ${one.isAnonymous ?? false}, ${JSON.stringify(one.appMetadata)},
      ${JSON.stringify(one.userMetadata)}
    )
    returning id
  `.execute(db);
  return (await findUser(db, "id", row!.id))!;
}

/** Writes columns of a user. A value may be `sql`. */
export async function updateUser(
  db: Database,
  id: string,
  columns: Readonly<Record<string, unknown>>,
): Promise<void> {
  const changes = Object.entries(columns).map(([name, value]) =>
    sql`${sql.ref(name)} = ${value}`
  );
  await sql`
    update auth.users
    set ${sql.join([...changes, sql`updated_at = now()`])}
    where id = ${id}
  `.execute(db);
}

/** Adds and replaces names of the metadata; a null takes its name away. */
export async function updateMetadata(
  db: Database,
  id: string,
  column: "raw_app_meta_data" | "raw_user_meta_data",
  change: Json,
): Promise<void> {
  const gone = Object.keys(change).filter((name) => change[name] === null);
  await updateUser(db, id, {
    [column]: sql`
      (coalesce(${sql.ref(column)}, '{}') || ${JSON.stringify(change)}::jsonb)
        - ${gone}::text[]
    `,
  });
}

/** The address is the user's. Codes for it are of no use any more. */
export async function confirmEmail(db: Database, id: string): Promise<void> {
  await updateUser(db, id, {
    email_confirmed_at: sql`now()`,
    confirmation_token: "",
  });
  await updateMetadata(db, id, "raw_user_meta_data", { email_verified: true });
  await sql`
    update auth.identities
    set identity_data = identity_data || '{"email_verified": true}',
        updated_at = now()
    from auth.users
    where users.id = ${id} and identities.user_id = users.id
      and identities.provider = 'email' and identities.email = users.email
  `.execute(db);
  await forgetTokens(db, id);
}

export async function confirmPhone(db: Database, id: string): Promise<void> {
  await updateUser(db, id, {
    phone_confirmed_at: sql`now()`,
    confirmation_token: "",
  });
  await forgetTokens(db, id);
}

/** Codes and links that were sent are of no use any more. */
export async function forgetTokens(db: Database, id: string): Promise<void> {
  await sql`
    delete from auth.one_time_tokens where user_id = ${id}
  `.execute(db);
}

const COLUMNS = sql`
  users.*,
  coalesce(banned_until > now(), false) as is_banned,
  (
    select coalesce(
      jsonb_agg(
        jsonb_strip_nulls(jsonb_build_object(
          'identity_id', identities.id,
          'id', identities.provider_id,
          'user_id', identities.user_id,
          'identity_data', identities.identity_data,
          'provider', identities.provider,
          'last_sign_in_at', identities.last_sign_in_at,
          'created_at', identities.created_at,
          'updated_at', identities.updated_at,
          'email', identities.email
        ))
        order by identities.created_at, identities.id
      ),
      '[]'
    )
    from auth.identities
    where identities.user_id = users.id
  ) as identities,
  (
    select coalesce(
      jsonb_agg(
        jsonb_strip_nulls(jsonb_build_object(
          'id', mfa_factors.id,
          'created_at', mfa_factors.created_at,
          'updated_at', mfa_factors.updated_at,
          'status', mfa_factors.status,
          'friendly_name', nullif(mfa_factors.friendly_name, ''),
          'factor_type', mfa_factors.factor_type,
          'last_challenged_at', mfa_factors.last_challenged_at
        ))
        order by mfa_factors.created_at
      ),
      '[]'
    )
    from auth.mfa_factors
    where mfa_factors.user_id = users.id
  ) as factors
`;

/** What everybody may see of a user, where it is set. */
const SHOWN = [
  "email_confirmed_at",
  "invited_at",
  "phone_confirmed_at",
  "confirmation_sent_at",
  "confirmed_at",
  "recovery_sent_at",
  "email_change_sent_at",
  "phone_change_sent_at",
  "reauthentication_sent_at",
  "last_sign_in_at",
  "banned_until",
  "deleted_at",
] as const;

/** A user as GoTrue shows it: other names for the metadata, and nothing that is not set. */
export function shown(user: User): Json {
  const row = user as unknown as Json;
  const set = SHOWN.filter((name) => row[name] != null);
  return {
    id: user.id,
    aud: user.aud ?? "",
    role: user.role ?? "",
    email: user.email ?? "",
    phone: user.phone ?? "",
    ...Object.fromEntries(set.map((name) => [name, row[name]])),
    ...user.email_change && { new_email: user.email_change },
    ...user.phone_change && { new_phone: user.phone_change },
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    ...user.factors.length > 0 && { factors: user.factors },
    identities: user.identities,
    created_at: row.created_at,
    updated_at: row.updated_at,
    is_anonymous: user.is_anonymous,
  };
}
