/** Refusals of the Auth API, as GoTrue words them. */

import { Problem } from "../problem.ts";

export function refusal(
  status: number,
  errorCode: string,
  message: string,
): Problem {
  return new Problem(
    status,
    { code: status, error_code: errorCode, msg: message },
    { "x-sb-error-code": errorCode },
  );
}

export const badJson = (detail: string) =>
  refusal(400, "bad_json", `Could not parse request body as JSON: ${detail}`);

export const invalid = (message: string, status = 400) =>
  refusal(status, "validation_failed", message);

export const noToken = () =>
  refusal(
    401,
    "no_authorization",
    "This endpoint requires a valid Bearer token",
  );

export const badToken = (detail: string) =>
  refusal(
    403,
    "bad_jwt",
    `invalid JWT: unable to parse or verify signature, ${detail}`,
  );

export const notAdmin = () => refusal(403, "not_admin", "User not allowed");

export const userNotFound = () =>
  refusal(404, "user_not_found", "User not found");

export const emailExists = () =>
  refusal(
    422,
    "email_exists",
    "A user with this email address has already been registered",
  );

export const phoneExists = () =>
  refusal(
    422,
    "phone_exists",
    "Phone number already registered by another user",
  );

export const banned = () => refusal(400, "user_banned", "User is banned");

export const unexpected = (message: string) =>
  refusal(500, "unexpected_failure", message);
