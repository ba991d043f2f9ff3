/** Users in the database: for the administrator's endpoints. */

import { sql } from "kysely";
import { isDatabaseError } from "../database/errors.ts";
import type { Database } from "../database/pools.ts";
import { emailExists, phoneExists, userNotFound } from "./errors.ts";
import { merged, type UserAttributes } from "./user_attributes.ts";

type Json = Record<string, unknown>;

/** bcrypt's cost: these passwords protect a local stack, and its tests make many users. */
export const BCRYPT_COST = 4;

export interface Page {
  readonly users: Json[];
  readonly total: number;
}

export class Users {
  /** @param db Connected as the role that owns the tables of Auth. */
  constructor(readonly db: Database) {}

  /** Newest first, as the platform lists them. */
  async list(page: number, perPage: number): Promise<Page> {
    const counted = await sql<{ total: number }>`
      select count(*) as total from auth.users
    `.execute(this.db);
    const users = await sql<Json>`
      select ${COLUMNS}
      from auth.users
      order by created_at desc, id
      limit ${perPage}
      offset ${(page - 1) * perPage}
    `.execute(this.db);
    return {
      users: users.rows.map(shown),
      total: counted.rows[0]?.total ?? 0,
    };
  }

  /** Throws if there is no such user. */
  async get(id: string, db = this.db): Promise<Json> {
    const { rows: [user] } = await sql<Json>`
      select ${COLUMNS} from auth.users where id = ${id}
    `.execute(db);
    if (!user) throw userNotFound();
    return shown(user);
  }

  async create(attributes: UserAttributes): Promise<Json> {
    const { email, phone, role = "authenticated" } = attributes;
    const providers = [...email ? ["email"] : [], ...phone ? ["phone"] : []];
    const id = attributes.id ?? crypto.randomUUID();
    const app = { provider: providers[0], providers };
    const user = attributes.emailConfirm ? { email_verified: true } : {};
    return await this.#transaction(async (db) => {
      await sql`
        insert into auth.users
          (id, email, phone, role, raw_app_meta_data, raw_user_meta_data)
        values (
          ${id}, ${email}, ${phone}, ${role},
          ${JSON.stringify(merged(app, attributes.appMetadata))},
          ${JSON.stringify(merged(user, attributes.userMetadata))}
        )
      `.execute(db);
      for (const provider of providers) await setIdentity(db, id, provider);
      // Without a password of its own a user gets one that nobody knows.
      const { password = crypto.randomUUID() } = attributes;
      await apply(db, id, { ...attributes, password });
      return await this.get(id, db);
    });
  }

  async update(id: string, attributes: UserAttributes): Promise<Json> {
    const { email, phone, role } = attributes;
    return await this.#transaction(async (db) => {
      const { rows: [old] } = await sql<{ app: Json; user: Json }>`
        select raw_app_meta_data as app, raw_user_meta_data as "user"
        from auth.users
        where id = ${id}
        for update
      `.execute(db);
      if (!old) throw userNotFound();
      await sql`
        update auth.users
        set email = coalesce(${email}, email),
            phone = coalesce(${phone}, phone),
            role = coalesce(${role}, role),
            raw_app_meta_data = ${
        JSON.stringify(merged(old.app, attributes.appMetadata))
      },
            raw_user_meta_data = ${
        JSON.stringify(merged(old.user, attributes.userMetadata))
      },
            updated_at = now()
        where id = ${id}
      `.execute(db);
      if (email) await setIdentity(db, id, "email");
      if (phone) await setIdentity(db, id, "phone");
      await apply(db, id, attributes);
      return await this.get(id, db);
    });
  }

  /** Deletes a user with everything that depends on it. Throws if there is no such user. */
  async delete(id: string): Promise<void> {
    const { numAffectedRows } = await this.#transaction((db) =>
      sql`delete from auth.users where id = ${id}`.execute(db)
    );
    if (numAffectedRows === 0n) throw userNotFound();
  }

  /** Makes a user unusable and unrecognisable, and keeps the row for what refers to it. */
  async softDelete(id: string): Promise<void> {
    await this.#transaction(async (db) => {
      const { numAffectedRows } = await sql`
        update auth.users
        set email = encode(sha256(convert_to(concat(id, email), 'UTF8')), 'hex'),
            phone = left(encode(sha256(convert_to(concat(id, phone), 'UTF8')), 'hex'), 15),
            encrypted_password = null,
            raw_app_meta_data = '{}',
            raw_user_meta_data = '{}',
            deleted_at = coalesce(deleted_at, now()),
            updated_at = now()
        where id = ${id}
      `.execute(db);
      if (numAffectedRows === 0n) throw userNotFound();
      await sql`delete from auth.identities where user_id = ${id}`.execute(db);
      await sql`delete from auth.sessions where user_id = ${id}`.execute(db);
    });
  }

  async #transaction<T>(run: (db: Database) => Promise<T>): Promise<T> {
    try {
      return await this.db.transaction().execute(run);
    } catch (error) {
      if (isDatabaseError(error) && error.code === "23505") {
        throw error.message.includes("phone") ? phoneExists() : emailExists();
      }
      throw error;
    }
  }
}

/** What is written in the same way for a new user and for a changed one. */
async function apply(
  db: Database,
  id: string,
  attributes: UserAttributes,
): Promise<void> {
  const { password, banSeconds } = attributes;
  if (password !== undefined) {
    await sql`
      update auth.users
      set encrypted_password = extensions.crypt(
        ${password}, extensions.gen_salt('bf', ${BCRYPT_COST})
      )
      where id = ${id}
    `.execute(db);
  }
  if (attributes.emailConfirm) {
    await sql`
      update auth.users
      set email_confirmed_at = coalesce(email_confirmed_at, now()),
          confirmation_token = null
      where id = ${id}
    `.execute(db);
  }
  if (attributes.phoneConfirm) {
    await sql`
      update auth.users
      set phone_confirmed_at = coalesce(phone_confirmed_at, now())
      where id = ${id}
    `.execute(db);
  }
  if (banSeconds !== undefined) {
    await sql`
      update auth.users
      set banned_until = now() + make_interval(secs => nullif(${banSeconds}::float8, 0))
      where id = ${id}
    `.execute(db);
  }
}

/** The way to sign in that belongs to the user's address or number; it follows a change. */
async function setIdentity(
  db: Database,
  id: string,
  provider: string,
): Promise<void> {
  await sql`
    insert into auth.identities
      (id, provider, provider_id, user_id, identity_data, last_sign_in_at)
    select
      gen_random_uuid(), ${provider}, id::text, id,
      jsonb_build_object(
        'sub', id,
        ${provider}::text, case ${provider}::text when 'email' then email else phone end,
        'email_verified', false,
        'phone_verified', false
      ),
      now()
    from auth.users
    where id = ${id}
    on conflict (provider, provider_id) do update
    set identity_data = identities.identity_data || excluded.identity_data,
        updated_at = now()
  `.execute(db);
}

const COLUMNS = sql`
  id, aud, role, email, email_confirmed_at, phone, phone_confirmed_at,
  confirmed_at, invited_at, confirmation_sent_at, recovery_sent_at,
  last_sign_in_at, raw_app_meta_data, raw_user_meta_data, created_at,
  updated_at, banned_until, deleted_at, is_anonymous, is_sso_user,
  (
    select coalesce(
      jsonb_agg(
        jsonb_build_object(
          'identity_id', identities.id,
          'id', identities.provider_id,
          'user_id', identities.user_id,
          'identity_data', identities.identity_data,
          'provider', identities.provider,
          'last_sign_in_at', identities.last_sign_in_at,
          'created_at', identities.created_at,
          'updated_at', identities.updated_at,
          'email', identities.email
        )
        order by identities.created_at
      ),
      '[]'
    )
    from auth.identities
    where identities.user_id = users.id
  ) as identities
`;

/** As GoTrue shows a user: other names for the metadata, and nothing that is not set. */
function shown(row: Json): Json {
  const { raw_app_meta_data, raw_user_meta_data, ...rest } = row;
  const set = Object.entries(rest).filter(([, value]) => value !== null);
  return {
    ...Object.fromEntries(set),
    phone: rest.phone ?? "",
    app_metadata: raw_app_meta_data ?? {},
    user_metadata: raw_user_meta_data ?? {},
  };
}
