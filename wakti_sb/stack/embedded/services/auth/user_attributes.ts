/** What an administrator may say of a user, checked. */

import { badJson, invalid } from "./errors.ts";
import { checkedEmail, checkedPhone, isUuid, type Json } from "./params.ts";

/** Undefined: not said. */
export interface UserAttributes {
  readonly id?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly password?: string;
  readonly passwordHash?: string;
  readonly role?: string;
  readonly emailConfirm: boolean;
  readonly phoneConfirm: boolean;
  readonly userMetadata?: Json;
  readonly appMetadata?: Json;
  /** Seconds; 0 lifts a ban. */
  readonly banSeconds?: number;
}

/** Reads the body of a request to create or change a user. Throws Problem. */
export function readAttributes(body: Json): UserAttributes {
  const id = text(body, "id");
  if (id !== undefined && !isUuid(id)) {
    throw invalid("ID must conform to the uuid v4 format");
  }
  const email = text(body, "email");
  const phone = text(body, "phone");
  const duration = text(body, "ban_duration");
  return {
    id,
    email: email && checkedEmail(email),
    phone: phone && checkedPhone(phone),
    password: text(body, "password"),
    passwordHash: text(body, "password_hash"),
    role: text(body, "role"),
    emailConfirm: flag(body, "email_confirm"),
    phoneConfirm: flag(body, "phone_confirm"),
    userMetadata: object(body, "user_metadata"),
    appMetadata: object(body, "app_metadata"),
    banSeconds: duration === undefined ? undefined : parseDuration(duration),
  };
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
