import type { JsonObject } from "./body.ts";
import { enter, type Handler, proceed } from "./context.ts";
import { ApiError } from "./errors.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import * as schemas from "./schemas.ts";
import { newToken, tokenHash } from "./tokens.ts";

/** Make an account for a visitor and sign the visitor in. */
export const signup: Handler = async (context, input) => {
  needEmailAndPassword(input);
  const { projectId, data } = schemas.check(schemas.signup, input);
  // The gates and the e-mail first: a hash is the dearest thing that a stranger can ask for.
  await enter(context, "begin_signup", [
    projectId,
    context.origin,
    context.client,
    data.email,
  ]);
  const token = newToken();
  const hash = await hashPassword(
    data.password,
    context.services.environment.iterations,
  );
  const user = await proceed(context, "finish_signup", [
    projectId,
    data.email,
    data.name,
    hash,
    await tokenHash(token),
  ]);
  return signedIn(user, token);
};

/** Sign a visitor in. */
export const login: Handler = async (context, input) => {
  needEmailAndPassword(input);
  const { projectId, data } = schemas.check(schemas.login, input);
  const found = await enter(context, "begin_login", [
    projectId,
    context.origin,
    context.client,
    data.email,
  ]);
  const account = found === ""
    ? null
    : JSON.parse(found) as { id: string; hash: string };
  const verdict = await verifyPassword(
    data.password,
    account?.hash ?? null,
    context.services.environment.iterations,
  );
  if (account === null || !verdict.isRight) {
    throw new ApiError("invalid_credentials");
  }
  const token = newToken();
  const user = await proceed(context, "finish_login", [
    projectId,
    account.id,
    account.hash,
    verdict.renewed,
    await tokenHash(token),
  ]);
  return signedIn(user, token);
};

/** Tell whose token it is. */
export const me: Handler = async (context, input) => {
  const { projectId, data } = schemas.check(schemas.session, input);
  return enter(context, "me", [
    projectId,
    context.origin,
    context.client,
    await tokenHash(data.token),
  ]);
};

/** Let a token die. */
export const logout: Handler = async (context, input) => {
  const { projectId, data } = schemas.check(schemas.session, input);
  return enter(context, "logout", [
    projectId,
    context.origin,
    context.client,
    await tokenHash(data.token),
  ]);
};

/** The token never reaches the database, so it joins the answer here. */
function signedIn(user: string, token: string): string {
  return `{"user":${user},"token":"${token}"}`;
}

/** Published sites show one sentence for a form that was sent with an empty field. */
function needEmailAndPassword({ projectId, data }: JsonObject): void {
  const fields = data !== null && typeof data === "object" &&
      !Array.isArray(data)
    ? data
    : {};
  const isEmpty = (field: unknown): boolean =>
    field === undefined || field === null || field === "";
  if (
    projectId !== undefined &&
    (isEmpty(fields.email) || isEmpty(fields.password))
  ) {
    throw new ApiError("missing_field", "Email and password required");
  }
}
