/** Refusals of the Auth API, as GoTrue words them. */

import { Problem } from "../problem.ts";

/** @param more Beside code, error_code and msg. */
export function refusal(
  status: number,
  errorCode: string,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): Problem {
  return new Problem(
    status,
    { code: status, error_code: errorCode, msg: message, ...more },
    { "x-sb-error-code": errorCode },
  );
}

/** The version of the API since which an error's code is in `code`; clients name it. */
const VERSION = "2024-01-01";
const VERSION_HEADER = "x-supabase-api-version";

/** The refusal in the words of the API's version that the client speaks. */
export function spoken(problem: Problem, request: Request): Problem {
  if ((request.headers.get(VERSION_HEADER) ?? "") < VERSION) return problem;
  const { code: _, error_code, msg, ...more } = problem.body;
  if (error_code === undefined) return problem;
  return new Problem(
    problem.status,
    { code: error_code, message: msg, ...more },
    { ...problem.headers, [VERSION_HEADER]: VERSION },
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

export const badToken = (detail: string) => refusal(403, "bad_jwt", detail);

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
    "A user with this phone number has already been registered",
  );

export const badCredentials = () =>
  refusal(400, "invalid_credentials", "Invalid login credentials");

export const codeExpired = () =>
  refusal(403, "otp_expired", "Token has expired or is invalid");

export const linkExpired = () =>
  refusal(403, "otp_expired", "Email link is invalid or has expired");

export const noEmailLogins = (status = 422) =>
  refusal(status, "email_provider_disabled", "Email logins are disabled");

export const noPhoneLogins = (message: string, status = 400) =>
  refusal(status, "phone_provider_disabled", message);

/** @param what A part of Auth that needs somebody outside this machine. */
export const notServed = (status: number, code: string, what: string) =>
  refusal(status, code, `${what} is not part of this stack`);

export const noEndpoint = () =>
  refusal(404, "not_found", "There is no such endpoint");

export const unexpected = (message: string) =>
  refusal(500, "unexpected_failure", message);
