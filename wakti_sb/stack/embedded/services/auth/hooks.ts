/** Hooks: functions of the database that have a say in what Auth does. */

import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import { logError } from "../log.ts";
import { refusal, unexpected } from "./errors.ts";
import type { Json } from "./params.ts";
import type { AuthSettings, HookName } from "./settings.ts";

/** Milliseconds that a hook may take, as on the platform. */
const TIMEOUT = 2000;

/**
 * Asks a hook; null if there is none. Throws what it refuses with.
 *
 * @param db In a transaction, or not: the hook's own changes are kept either way.
 */
export async function askHook(
  db: Database,
  settings: AuthSettings,
  name: HookName,
  ip: string,
  event: Json,
): Promise<Json | null> {
  const called = settings.hooks[name];
  if (called === undefined) return null;
  if (/^\w+:/.test(called)) {
    throw unexpected(
      `Error running hook URI: ${called}: only functions of the database are part of this stack`,
    );
  }
  const metadata = {
    uuid: crypto.randomUUID(),
    time: new Date().toISOString(),
    name: NAMES[name],
    ip_address: ip,
  };
  const input = JSON.stringify({ metadata, ...event });
  let answer: unknown;
  try {
    answer = await run(db, called, input);
  } catch (error) {
    logError(error);
    throw unexpected(`Error running hook URI: pg-functions://${called}`);
  }
  const said = (answer ?? {}) as Json;
  const refused = said.error as Json | undefined;
  if (refused && refused.message) {
    const status = Number(refused.http_code) || 500;
    throw refusal(
      status,
      status === 500 ? "unexpected_failure" : "unknown",
      String(refused.message),
    );
  }
  return said;
}

async function run(db: Database, called: string, input: string) {
  const ask = async (db: Database) => {
    await sql`select set_config('statement_timeout', ${String(TIMEOUT)}, true)`
      .execute(db);
    const { rows: [row] } = await sql<{ answer: unknown }>`
      select to_jsonb(${sql.ref(called)}(${input}::jsonb)) as answer
    `.execute(db);
    await sql`select set_config('statement_timeout', '0', true)`.execute(db);
    return row?.answer;
  };
  return db.isTransaction ? await ask(db) : await db.transaction().execute(ask);
}

/** What a hook's event calls itself. */
const NAMES: Readonly<Record<HookName, string>> = {
  before_user_created: "before-user-created",
  after_user_created: "after-user-created",
  custom_access_token: "customize-access-token",
  password_verification_attempt: "password-verification",
  mfa_verification_attempt: "mfa-verification",
  send_email: "send-email",
  send_sms: "send-sms",
};

const REQUIRED: Readonly<Record<string, string>> = {
  aud: "string",
  exp: "number",
  iat: "number",
  sub: "string",
  email: "string",
  phone: "string",
  role: "string",
  aal: "string",
  session_id: "string",
  is_anonymous: "boolean",
};

/** The claims that a hook gives back. Throws if a token cannot do with them. */
export function checkedClaims(answer: Json): Json {
  const { claims } = answer;
  if (typeof claims !== "object" || claims === null || Array.isArray(claims)) {
    throw unexpected("output claims field is missing");
  }
  const wrong = Object.entries(REQUIRED).flatMap(([name, type]) => {
    const value = (claims as Json)[name];
    if (value === undefined) return [`- (root): ${name} is required`];
    const good = typeof value === type ||
      name === "aud" && Array.isArray(value);
    return good ? [] : [`- ${name}: Invalid type`];
  });
  if (wrong.length === 0) return claims as Json;
  throw unexpected(
    `output claims do not conform to the expected schema: \n${
      wrong.join("\n")
    }\n`,
  );
}
