/** The body of a request, looked up by name; a value of another type is the caller's mistake. */

import { parseObject, readText } from "../body.ts";
import { badJson, invalid, refusal } from "./errors.ts";

export type Json = Record<string, unknown>;

const LIMIT = 1024 * 1024;

export class Params {
  constructor(readonly body: Readonly<Json>) {}

  /** Text; empty if it is not said. */
  text(name: string): string {
    const value = this.body[name] ?? "";
    if (typeof value === "string") return value;
    throw badJson(`${name} is not a string`);
  }

  /** Undefined if it is not said. */
  maybeText(name: string): string | undefined {
    return this.body[name] == null ? undefined : this.text(name);
  }

  flag(name: string, standard = false): boolean {
    const value = this.body[name] ?? standard;
    if (typeof value === "boolean") return value;
    throw badJson(`${name} is not a boolean`);
  }

  /** Undefined if it is not said. */
  object(name: string): Json | undefined {
    const value = this.body[name] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value === "object" && !Array.isArray(value)) {
      return value as Json;
    }
    throw badJson(`${name} is not an object`);
  }
}

/**
 * Reads a body. Throws Problem.
 *
 * @param optional Whether an empty body says nothing, as `{}` does.
 */
export async function readParams(
  request: Request,
  optional = false,
): Promise<Params> {
  const refuse = (status: number, message: string) =>
    status === 413
      ? refusal(413, "request_entity_too_large", message)
      : badJson(message);
  const text = await readText(request, LIMIT, refuse);
  if (text === "" && optional) return new Params({});
  const body = parseObject(text, refuse);
  // Raw, a NUL cannot be in JSON; escaped, PostgreSQL cannot store it.
  if (/(?<!\\)(\\\\)*\\u0000/.test(text)) {
    throw invalid("The request body holds a NUL character");
  }
  return new Params(body);
}

// As GoTrue checks it: the characters that RFC 5322 has without quotes, and a name of hosts.
const EMAIL =
  /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/i;
const PHONE = /^[1-9]\d{1,14}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether `text` is a UUID. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** The address in lower case. Throws Problem. */
export function checkedEmail(email: string): string {
  if (email === "") throw invalid("An email address is required");
  if (email.length > 255) throw invalid("An email address is too long");
  if (!EMAIL.test(email)) {
    throw invalid("Unable to validate email address: invalid format");
  }
  return email.toLowerCase();
}

/** The number without plus and spaces. Throws Problem. */
export function checkedPhone(phone: string): string {
  const digits = plainPhone(phone);
  if (PHONE.test(digits)) return digits;
  throw invalid("Invalid phone number format (E.164 required)");
}

export function plainPhone(phone: string): string {
  return phone.replace(/^\+/, "").replaceAll(" ", "");
}
