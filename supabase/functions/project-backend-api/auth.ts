import type { JsonObject } from "./body.ts";
import { ask, type Context, enter, type Handler } from "./context.ts";
import { bodyOf } from "./database.ts";
import { ApiError } from "./errors.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { repeatKey } from "./repeats.ts";
import * as schemas from "./schemas.ts";
import { newToken, tokenHash } from "./tokens.ts";

/** An account, as far as its password has to be compared. */
export interface Account {
  readonly id: string;
  readonly hash: string;
}

/** Make an account for a visitor and sign the visitor in. */
export const signup: Handler = async (context, input) => {
  needEmailAndPassword(input);
  const { projectId, data } = schemas.check(schemas.signup, input);
  const key = repeatKey(context, data.email.toLowerCase());
  // The gates and the e-mail first: a hash is the dearest thing that a stranger can ask for.
  const before = await enter(context, "begin_signup", [
    projectId,
    context.origin,
    context.client,
    data.email,
    key,
  ]);
  if (before !== "") {
    return await signedUp(context, projectId, data.password, before);
  }
  const { environment } = context.services;
  const token = newToken();
  const hash = await hashPassword(data.password, environment.iterations);
  const row = await ask(context, "finish_signup", [
    projectId,
    data.email,
    data.name,
    hash,
    tokenHash(token),
    key,
  ]);
  if (row.code === "email_taken" && row.body !== null) {
    return await signedUp(context, projectId, data.password, row.body);
  }
  return signedIn(bodyOf(row), token);
};

/** Sign in whom the same request has signed up before; the token of then is nowhere to be found. */
async function signedUp(
  context: Context,
  projectId: string,
  password: string,
  account: string,
): Promise<string> {
  return await signIn(
    context,
    projectId,
    password,
    JSON.parse(account) as Account,
    new ApiError("email_taken"),
  );
}

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
  const account = found === "" ? null : JSON.parse(found) as Account;
  return await signIn(
    context,
    projectId,
    data.password,
    account,
    new ApiError("invalid_credentials"),
  );
};

/** Compare a password and open a session; `wrong` is what a wrong one hears. */
export async function signIn(
  context: Context,
  projectId: string,
  password: string,
  account: Account | null,
  wrong: ApiError,
): Promise<string> {
  const { environment } = context.services;
  const token = newToken();
  let kept = account?.hash ?? null;
  // Another login may renew the hash while this one compares: then once more, with the new one.
  for (let attempt = 0; attempt < 2; attempt++) {
    const verdict = await verifyPassword(
      password,
      kept,
      environment.iterations,
    );
    if (account === null || !verdict.isRight) break;
    const row = await ask(context, "finish_login", [
      projectId,
      account.id,
      kept,
      verdict.renewed,
      tokenHash(token),
    ]);
    if (row.code !== "hash_changed") return signedIn(bodyOf(row), token);
    kept = row.body;
  }
  throw wrong;
}

/** The token of who is signed in: where the documented requests have it, or where it travels else. */
export function tokenOf(
  context: Context,
  said: {
    readonly token?: string | null | undefined;
    readonly data?: { readonly token?: string | null | undefined } | null;
  },
): string {
  const token = said.data?.token ||
    context.request.headers.get("x-site-token") || said.token;
  if (!token) throw new ApiError("missing_field", "data.token is required");
  return token;
}

/** Tell whose token it is. */
export const me: Handler = async (context, input) => {
  const said = schemas.check(schemas.session, input);
  return await enter(context, "me", [
    said.projectId,
    context.origin,
    context.client,
    tokenHash(tokenOf(context, said)),
  ]);
};

/** Let a token die. */
export const logout: Handler = async (context, input) => {
  const said = schemas.check(schemas.session, input);
  return await enter(context, "logout", [
    said.projectId,
    context.origin,
    context.client,
    tokenHash(tokenOf(context, said)),
  ]);
};

/** The token never reaches the database, so it joins the answer here. */
export function signedIn(user: string, token: string): string {
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
