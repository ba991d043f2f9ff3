/** Sign-up: with an address, a number, or nothing. */

import type { Database } from "../database/pools.ts";
import { asProblem, inTransaction } from "./database.ts";
import { invalid, noPhoneLogins, notServed, refusal } from "./errors.ts";
import { askHook } from "./hooks.ts";
import {
  emailTaken,
  identityData,
  type Provider,
  recordProviders,
  setIdentity,
} from "./identities.ts";
import { sendMail } from "./mails.ts";
import { checkedEmail, checkedPhone, type Json, Params } from "./params.ts";
import { checkPassword, hashOf } from "./passwords.ts";
import { challengeOf, rememberChallenge } from "./pkce.ts";
import type { AuthService, Call } from "./service.ts";
import { openSession } from "./sessions.ts";
import {
  confirmEmail,
  confirmPhone,
  findUser,
  insertUser,
  type NewUser,
  reload,
  shown,
  type User,
} from "./users.ts";

const SAVING = "Database error saving new user";

/** Answers a session, or a user whose address is yet to be confirmed. */
export async function signUp(
  auth: AuthService,
  call: Call,
  params: Params,
): Promise<Json> {
  const { settings } = auth;
  const anonymous = params.text("email") === "" && params.text("phone") === "";
  if (anonymous && !settings.anonymous) {
    throw refusal(
      422,
      "anonymous_provider_disabled",
      "Anonymous sign-ins are disabled",
    );
  }
  if (!settings.signup) throw signupDisabled();
  if (anonymous) return await signUpAnonymously(auth, call, params);
  const { user, session } = await register(auth, call, params);
  return session ?? shown(user);
}

export const signupDisabled = () =>
  refusal(
    422,
    "signup_disabled",
    "Signups not allowed for this instance",
  );

async function signUpAnonymously(
  auth: AuthService,
  call: Call,
  params: Params,
): Promise<Json> {
  const draft = {
    passwordHash: null,
    isAnonymous: true,
    appMetadata: {},
    userMetadata: params.object("data") ?? {},
  };
  const id = crypto.randomUUID();
  await askBeforeCreated(auth, call, { ...draft, id });
  return await inTransaction(auth.db, async (db) => {
    const user = await insertUser(db, { ...draft, id });
    return await openSession(auth, db, call, user, "anonymous");
  }, "Database error creating anonymous user");
}

interface Registered {
  readonly user: User;
  /** Null where the address is yet to be confirmed, or was taken. */
  readonly session: Json | null;
}

/** Registers an address or a number. Throws Problem. */
export async function register(
  auth: AuthService,
  call: Call,
  params: Params,
): Promise<Registered> {
  const { settings } = auth;
  const password = params.text("password");
  if (password === "") throw invalid("Signup requires a valid password");
  checkPassword(password, settings);
  if (params.text("email") !== "" && params.text("phone") !== "") {
    throw invalid(
      "Only an email address or phone number should be provided on signup.",
    );
  }
  const challenge = challengeOf(params);
  const byEmail = params.text("email") !== "";
  if (!byEmail && challenge) {
    throw invalid("PKCE not supported for phone signups");
  }
  const data = params.object("data") ?? {};
  const place = byEmail
    ? { email: emailOf(auth, params) }
    : { phone: phoneOf(auth, params) };
  const known = await findUser(
    auth.db,
    byEmail ? "email" : "phone",
    place.email ?? place.phone!,
  );
  if (known === null && place.email !== undefined) {
    // An address that came with another provider's identity.
    if (await emailTaken(auth.db, place.email, null)) throw userExists();
  }
  const confirmed = byEmail
    ? known?.email_confirmed_at
    : known?.phone_confirmed_at;
  const sure = byEmail
    ? !settings.emailConfirmations
    : !settings.smsConfirmations;
  if (known && confirmed) {
    if (sure) throw userExists();
    return { user: disguised(known, place, data), session: null };
  }
  const id = known?.id ?? crypto.randomUUID();
  const draft = {
    ...place,
    id,
    identityData: data,
    passwordHash: known ? null : await hashed(auth.db, password),
    appMetadata: {
      provider: byEmail ? "email" : "phone",
      providers: [byEmail ? "email" : "phone"],
    },
    userMetadata: { ...data, ...identityData(id, place) },
  };
  if (known === null) await askBeforeCreated(auth, call, draft);
  return await inTransaction(auth.db, async (db) => {
    const user = known ?? await createUser(db, draft);
    if (!sure) {
      if (challenge) {
        await rememberChallenge(db, user.id, "email/signup", challenge);
      }
      if (!byEmail) await refuseSms(auth, user.phone!);
      else await sendMail(auth, db, call, user, "signup", challenge !== null);
      return { user: await reload(db, user), session: null };
    }
    await (byEmail ? confirmEmail(db, user.id) : confirmPhone(db, user.id));
    const current = await reload(db, user);
    return {
      user: current,
      session: await openSession(auth, db, call, current, "password"),
    };
  }, SAVING);
}

interface Draft extends NewUser {
  /** What the sign-up said of itself. */
  readonly identityData?: Json;
}

/** Adds a user with the identity of its address and its number. */
export async function createUser(db: Database, draft: Draft): Promise<User> {
  const { email, phone } = draft;
  const id = draft.id ?? crypto.randomUUID();
  let user;
  try {
    user = await insertUser(db, { ...draft, id });
  } catch (error) {
    throw asProblem(error, SAVING);
  }
  const add = (provider: Provider, place: Json) =>
    setIdentity(db, id, provider, {
      ...draft.identityData,
      ...identityData(id, place),
    });
  if (email) await add("email", { email });
  if (phone) await add("phone", { phone });
  await recordProviders(db, id);
  return await reload(db, user);
}

/** Asks the hook that may refuse a new user. */
export async function askBeforeCreated(
  { db, settings }: AuthService,
  call: Call,
  draft: Draft,
): Promise<void> {
  const now = new Date().toISOString();
  await askHook(db, settings, "before_user_created", call.ip, {
    user: {
      id: draft.id,
      aud: "authenticated",
      role: draft.role ?? "",
      email: draft.email ?? "",
      phone: draft.phone ?? "",
      app_metadata: draft.appMetadata,
      user_metadata: draft.userMetadata,
      identities: [],
      created_at: now,
      updated_at: now,
      is_anonymous: draft.isAnonymous ?? false,
    },
  });
}

function emailOf({ settings }: AuthService, params: Params): string {
  if (!settings.emailSignup) {
    throw refusal(400, "email_provider_disabled", "Email signups are disabled");
  }
  return checkedEmail(params.text("email"));
}

function phoneOf({ settings }: AuthService, params: Params): string {
  if (!settings.smsSignup) throw noPhoneLogins("Phone signups are disabled");
  return checkedPhone(params.text("phone"));
}

const userExists = () =>
  refusal(422, "user_already_exists", "User already registered");

/** Throws unless the number is one of those that need no message. */
export function refuseSms(
  { settings }: AuthService,
  phone: string,
): Promise<void> {
  if (settings.testOtps[phone] !== undefined) return Promise.resolve();
  throw notServed(
    422,
    "sms_send_failed",
    "SMS, but for the numbers of [auth.sms.test_otp],",
  );
}

async function hashed(db: Database, password: string): Promise<string> {
  try {
    return await hashOf(db, password);
  } catch (error) {
    throw asProblem(error, SAVING);
  }
}

/** What an address that is taken is answered with where nobody is to learn that it is. */
function disguised(
  known: User,
  place: { email?: string; phone?: string },
  data: Json,
): User {
  const provider = place.email ? "email" : "phone";
  const now = new Date().toISOString();
  return {
    ...known,
    id: crypto.randomUUID(),
    role: "",
    email: place.email ?? null,
    phone: place.phone ?? null,
    email_change: null,
    raw_app_meta_data: { provider, providers: [provider] },
    raw_user_meta_data: data,
    identities: [],
    factors: [],
    confirmation_sent_at: now,
    email_confirmed_at: null,
    phone_confirmed_at: null,
    email_change_sent_at: null,
    ...{ created_at: now, updated_at: now, last_sign_in_at: null },
    ...{ confirmed_at: null, banned_until: null, recovery_sent_at: null },
  };
}
