/** The administrator's endpoints: `/admin/users`, their factors, `/admin/generate_link`. */

import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import { inTransaction } from "./database.ts";
import {
  emailExists,
  invalid,
  noEndpoint,
  notServed,
  phoneExists,
  refusal,
  userNotFound,
} from "./errors.ts";
import { ownFactor, removeFactor } from "./factors.ts";
import { generateLink } from "./generate_link.ts";
import { emailTaken, recordProviders, setIdentity } from "./identities.ts";
import { isUuid, readParams } from "./params.ts";
import { checkedHash, checkPassword, hashOf } from "./passwords.ts";
import type { AuthService, Call } from "./service.ts";
import { endSessions } from "./sessions.ts";
import { createUser } from "./signup.ts";
import { setPassword } from "./user.ts";
import { readAttributes, type UserAttributes } from "./user_attributes.ts";
import {
  confirmEmail,
  confirmPhone,
  findUser,
  listUsers,
  reload,
  shown,
  updateMetadata,
  updateUser,
  type User,
} from "./users.ts";

const PER_PAGE = 50;
const MOST_PER_PAGE = 1000;

/** Answers an administrator's request. Throws Problem. */
export async function admin(auth: AuthService, call: Call): Promise<Response> {
  const [, resource, id, more, factor, ...rest] = call.path;
  const { method } = call.request;
  if (rest.length > 0) throw noEndpoint();
  switch (resource) {
    case "users":
      if (!id) return await all(auth, call);
      if (!more) return await one(auth, call, id);
      if (more === "factors") return await factorsOf(auth, call, id, factor);
      if (more === "passkeys") {
        throw notServed(
          404,
          "passkey_disabled",
          "Sign-in by passkeys is disabled: it",
        );
      }
      throw noEndpoint();
    case "generate_link": {
      if (method !== "POST") throw methodNotAllowed("POST");
      const params = await readParams(call.request);
      return Response.json(await generateLink(auth, call, params));
    }
    case "sso":
      throw notServed(
        404,
        "saml_provider_disabled",
        "SAML 2.0 is disabled: it",
      );
    case "oauth":
    case "custom-providers":
      throw notServed(404, "feature_disabled", "OAuth");
    case "audit":
      throw notServed(404, "feature_disabled", "The audit log");
    default:
      throw noEndpoint();
  }
}

async function all(auth: AuthService, call: Call): Promise<Response> {
  switch (call.request.method) {
    case "GET":
      return await list(auth, call);
    case "POST":
      return Response.json(await create(auth, call));
    default:
      throw methodNotAllowed("GET, POST");
  }
}

async function one(
  auth: AuthService,
  { request }: Call,
  id: string,
): Promise<Response> {
  const user = await found(auth, id);
  switch (request.method) {
    case "GET":
      return Response.json(shown(user));
    case "PUT": {
      const { body } = await readParams(request);
      return Response.json(await change(auth, user, readAttributes(body)));
    }
    case "DELETE": {
      const params = await readParams(request, true);
      const soft = params.flag("should_soft_delete");
      await inTransaction(
        auth.db,
        (db) => soft ? softDelete(db, user) : hardDelete(db, user),
      );
      return Response.json({});
    }
    default:
      throw methodNotAllowed("GET, PUT, DELETE");
  }
}

async function found({ db }: AuthService, id: string): Promise<User> {
  if (!isUuid(id)) throw invalid("user_id must be an UUID", 404);
  const user = await findUser(db, "id", id);
  if (user === null) throw userNotFound();
  return user;
}

async function factorsOf(
  auth: AuthService,
  { request }: Call,
  id: string,
  factorId: string | undefined,
): Promise<Response> {
  const user = await found(auth, id);
  if (factorId === undefined) {
    if (request.method !== "GET") throw methodNotAllowed("GET");
    return Response.json(user.factors);
  }
  const factor = ownFactor(user, factorId);
  switch (request.method) {
    case "DELETE":
      await inTransaction(auth.db, (db) => removeFactor(db, factor.id));
      return Response.json(factor);
    case "PUT": {
      const name = (await readParams(request)).text("friendly_name");
      await sql`
        update auth.mfa_factors
        set friendly_name = coalesce(nullif(${name}, ''), friendly_name),
            updated_at = now()
        where id = ${factor.id}
      `.execute(auth.db);
      return Response.json(ownFactor(await found(auth, id), factorId));
    }
    default:
      throw methodNotAllowed("PUT, DELETE");
  }
}

async function list({ db }: AuthService, { url }: Call): Promise<Response> {
  const page = pageNumber(url, "page", 1, Number.MAX_SAFE_INTEGER);
  const perPage = pageNumber(url, "per_page", PER_PAGE, MOST_PER_PAGE);
  const filter = url.searchParams.get("filter") ?? "";
  const { users, total } = await listUsers(db, page, perPage, filter);
  const last = Math.max(1, Math.ceil(total / perPage));
  const link = (to: number, rel: string) =>
    `<${url.pathname}?page=${to}&per_page=${perPage}>; rel="${rel}"`;
  const links = [
    ...page < last ? [link(page + 1, "next")] : [],
    link(last, "last"),
  ];
  return Response.json({ users: users.map(shown), aud: "authenticated" }, {
    headers: { "x-total-count": String(total), "link": links.join(", ") },
  });
}

/** Clients send an empty parameter for one that they leave out. */
function pageNumber(
  url: URL,
  name: string,
  standard: number,
  most: number,
): number {
  const text = url.searchParams.get(name) ?? "";
  if (text === "") return standard;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw invalid(`Bad Pagination Parameters: ${name} must be a number from 1`);
  }
  return Math.min(number, most);
}

async function create(auth: AuthService, { request }: Call) {
  const { db, settings } = auth;
  const { body } = await readParams(request, true);
  const attributes = readAttributes(body);
  const { email, phone, password, passwordHash } = attributes;
  if (!email && !phone) {
    throw invalid("Cannot create a user without either an email or phone");
  }
  if (password !== undefined && passwordHash !== undefined) {
    throw invalid("Only a password or a password hash should be provided");
  }
  if (email && await emailTaken(db, email, null)) throw emailExists();
  if (phone && await findUser(db, "phone", phone)) throw phoneExists();
  if (password !== undefined) checkPassword(password, settings);
  const providers = [...email ? ["email"] : [], ...phone ? ["phone"] : []];
  return await inTransaction(db, async (db) => {
    const user = await createUser(db, {
      id: attributes.id,
      email,
      phone,
      role: attributes.role,
      // Without a password of its own a user gets one that nobody knows.
      passwordHash: passwordHash === undefined
        ? await hashOf(db, password ?? crypto.randomUUID())
        : checkedHash(passwordHash),
      appMetadata: { provider: providers[0], providers },
      userMetadata: attributes.userMetadata ?? {},
    });
    await apply(db, user.id, { ...attributes, userMetadata: undefined });
    return shown(await reload(db, user));
  }, "Database error creating new user");
}

async function change(
  { db, settings }: AuthService,
  user: User,
  attributes: UserAttributes,
) {
  const { email, phone, password, role } = attributes;
  const { id } = user;
  if (password !== undefined) checkPassword(password, settings);
  return await inTransaction(db, async (db) => {
    if (role !== undefined) await updateUser(db, id, { role });
    if (password !== undefined) {
      await setPassword(db, id, await hashOf(db, password));
      await endSessions(db, id);
    }
    if (email !== undefined) {
      await updateUser(db, id, { email });
      await setIdentity(db, id, "email", {
        email,
        email_verified: attributes.emailConfirm,
      });
    }
    if (phone !== undefined) {
      await updateUser(db, id, { phone });
      await setIdentity(db, id, "phone", {
        phone,
        phone_verified: attributes.phoneConfirm,
      });
    }
    if (email !== undefined || phone !== undefined) {
      await recordProviders(db, id);
    }
    await apply(db, id, attributes);
    if (
      user.is_anonymous &&
      (email && attributes.emailConfirm || phone && attributes.phoneConfirm)
    ) await updateUser(db, id, { is_anonymous: false });
    return shown(await reload(db, user));
  }, "Error updating user");
}

/** What is written in the same way for a new user and for a changed one. */
async function apply(
  db: Database,
  id: string,
  attributes: UserAttributes,
): Promise<void> {
  const { appMetadata, userMetadata, banSeconds } = attributes;
  if (appMetadata) {
    await updateMetadata(db, id, "raw_app_meta_data", appMetadata);
  }
  if (attributes.emailConfirm) await confirmEmail(db, id);
  if (attributes.phoneConfirm) await confirmPhone(db, id);
  if (userMetadata) {
    await updateMetadata(db, id, "raw_user_meta_data", userMetadata);
  }
  if (banSeconds !== undefined) {
    await updateUser(db, id, {
      banned_until: sql`
        now() + make_interval(secs => nullif(${banSeconds}::float8, 0))
      `,
    });
  }
}

async function hardDelete(db: Database, { id }: User): Promise<void> {
  await sql`delete from auth.users where id = ${id}`.execute(db);
}

/** Makes a user unusable and unrecognisable, and keeps the row for what refers to it. */
async function softDelete(db: Database, { id }: User): Promise<void> {
  await sql`
    update auth.users
    set email = encode(sha256(convert_to(concat(id, email), 'UTF8')), 'hex'),
        phone = left(encode(sha256(convert_to(concat(id, phone), 'UTF8')), 'hex'), 15),
        encrypted_password = null,
        email_change = '',
        phone_change = '',
        confirmation_token = '',
        recovery_token = '',
        email_change_token_current = '',
        email_change_token_new = '',
        phone_change_token = '',
        raw_app_meta_data = '{}',
        raw_user_meta_data = '{}',
        deleted_at = coalesce(deleted_at, now()),
        updated_at = now()
    where id = ${id}
  `.execute(db);
  await sql`delete from auth.one_time_tokens where user_id = ${id}`.execute(db);
  await sql`delete from auth.identities where user_id = ${id}`.execute(db);
  await endSessions(db, id);
}

function methodNotAllowed(allow: string) {
  const problem = refusal(405, "method_not_allowed", "Method not allowed");
  return Object.assign(problem, { headers: { allow } });
}
