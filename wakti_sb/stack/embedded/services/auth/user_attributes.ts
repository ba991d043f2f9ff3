/** What an administrator may say of a user, checked. */

import { badJson, invalid, refusal } from "./errors.ts";

type Json = Record<string, unknown>;

/** Undefined: not said. */
export interface UserAttributes {
  readonly id?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly password?: string;
  readonly role?: string;
  readonly emailConfirm: boolean;
  readonly phoneConfirm: boolean;
  readonly userMetadata?: Json;
  readonly appMetadata?: Json;
  /** Seconds; 0 lifts a ban. */
  readonly banSeconds?: number;
}

const SHORTEST_PASSWORD = 6;
/** bcrypt reads no further. */
const LONGEST_PASSWORD = 72;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const PHONE = /^[1-9]\d{1,14}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads the body of a request to create or change a user. Throws Problem. */
export function readAttributes(body: Json): UserAttributes {
  const id = text(body, "id");
  if (id !== undefined && !UUID.test(id)) {
    throw invalid("ID must conform to the uuid v4 format");
  }
  const email = text(body, "email")?.toLowerCase();
  if (email !== undefined && (!EMAIL.test(email) || email.length > 255)) {
    throw invalid("Unable to validate email address: invalid format");
  }
  const phone = text(body, "phone")?.replace(/^\+/, "");
  if (phone !== undefined && !PHONE.test(phone)) {
    throw invalid("Invalid phone number format (E.164 required)");
  }
  const password = text(body, "password");
  if (password !== undefined) checkPassword(password);
  const duration = text(body, "ban_duration");
  return {
    id,
    email,
    phone,
    password,
    role: text(body, "role"),
    emailConfirm: flag(body, "email_confirm"),
    phoneConfirm: flag(body, "phone_confirm"),
    userMetadata: object(body, "user_metadata"),
    appMetadata: object(body, "app_metadata"),
    banSeconds: duration === undefined ? undefined : parseDuration(duration),
  };
}

/** Whether `text` is a UUID. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Metadata after a change: names are added and replaced; a null takes its name away. */
export function merged(
  old: Json | null,
  change: Json | undefined,
): Json {
  const entries = Object.entries({ ...old, ...change });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** Seconds of a duration such as `1h30m`; 0 for `none`. Throws Problem. */
export function parseDuration(text: string): number {
  if (text === "none") return 0;
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text)) {
    throw invalid(
      `invalid format for ban duration: time: invalid duration "${text}"`,
    );
  }
  let seconds = 0;
  for (const [, value, unit] of text.matchAll(/([\d.]+)([a-zµ]+)/g)) {
    seconds += Number(value) * UNITS[unit ?? ""]!;
  }
  return seconds;
}

function checkPassword(password: string): void {
  if (password.length < SHORTEST_PASSWORD) {
    throw refusal(
      422,
      "weak_password",
      `Password should be at least ${SHORTEST_PASSWORD} characters.`,
    );
  }
  if (new TextEncoder().encode(password).length > LONGEST_PASSWORD) {
    throw invalid(
      `Password cannot be longer than ${LONGEST_PASSWORD} characters`,
    );
  }
}

/** Empty text is as good as none: clients send it for what they leave out. */
function text(body: Json, name: string): string | undefined {
  const value = body[name] ?? "";
  if (typeof value !== "string") throw badJson(`${name} is not a string`);
  return value === "" ? undefined : value;
}

function flag(body: Json, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value !== "boolean") throw badJson(`${name} is not a boolean`);
  return value;
}

function object(body: Json, name: string): Json | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) {
    throw badJson(`${name} is not an object`);
  }
  return value as Json;
}
