/** What visitors do with their accounts: another password, a profile, an end, and a way back in. */
import type * as v from "valibot";

import { type Account, signedIn, signIn, tokenOf } from "./auth.ts";
import { storable } from "./body.ts";
import { ask, type Context, enter, type Handler } from "./context.ts";
import { bodyOf, type Row } from "./database.ts";
import { ApiError } from "./errors.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { repeatKey } from "./repeats.ts";
import * as schemas from "./schemas.ts";
import { limits } from "./settings.ts";
import { newToken, tokenHash } from "./tokens.ts";

/** Change one's own password; every other session dies. */
export const changePassword: Handler = async (context, input) => {
  const said = schemas.check(schemas.newPasswordOf, input);
  const { environment } = context.services;
  const { newPassword } = said.data;
  let fresh: string | null = null;
  return await proved(
    context,
    said,
    newPassword,
    async ({ id, hash, site, key }) => {
      fresh ??= await hashPassword(newPassword, environment.iterations);
      return await ask(context, "finish_password", [
        said.projectId,
        id,
        hash,
        fresh,
        site,
        key,
      ]);
    },
  );
};

/** End one's own account. */
export const deleteAccount: Handler = async (context, input) => {
  const said = schemas.check(schemas.deletedAccount, input);
  return await proved(
    context,
    said,
    said.data.password,
    ({ id, hash, site, key }) =>
      ask(context, "finish_account", [
        said.projectId,
        id,
        hash,
        site,
        key,
      ]),
  );
};

const done = '{"success":true}';

/** An account whose password was right, and what its request was asked with. */
interface Proof extends Account {
  /** The hash of the token. */
  readonly site: Uint8Array;
  readonly key: Uint8Array | null;
}

/**
 * Do what only the right password opens. What was done before is not done again: then `afterwards` has
 * to be the password, as a repeated request says the same as the first.
 */
async function proved(
  context: Context,
  said: v.InferOutput<typeof schemas.deletedAccount>,
  afterwards: string,
  finish: (proof: Proof) => Promise<Row>,
): Promise<string> {
  const { projectId, data: { password } } = said;
  const token = tokenOf(context, said);
  const site = tokenHash(token);
  const key = repeatKey(context, token);
  const found = await enter(context, "begin_proof", [
    projectId,
    context.origin,
    context.client,
    site,
    key,
  ]);
  if (found === "") return done;
  const account = JSON.parse(found) as Account & { readonly before: boolean };
  const { iterations } = context.services.environment;
  let kept: string | null = account.hash;
  // A login may renew the hash while this one compares: then once more, with the new one.
  for (let attempt = 0; attempt < 2 && kept !== null; attempt++) {
    const wanted = account.before ? afterwards : password;
    const { isRight } = await verifyPassword(wanted, kept, iterations);
    if (!isRight) break;
    if (account.before) return done;
    const row: Row = await finish({ id: account.id, hash: kept, site, key });
    if (row.code !== "hash_changed") return bodyOf(row);
    kept = row.body;
  }
  throw new ApiError("invalid_credentials", "The password is wrong");
}

/** Change one's own name, and what a page keeps with the account. */
export const changeProfile: Handler = async (context, input) => {
  const said = schemas.check(schemas.profile, input);
  const { projectId, data: { name, metadata } } = said;
  const token = tokenOf(context, said);
  if (name === undefined && metadata === undefined) {
    throw new ApiError(
      "missing_field",
      "data.name or data.metadata is required",
    );
  }
  const changes = storable({
    ...(name === undefined ? {} : { name }),
    ...(metadata === undefined ? {} : { metadata }),
  });
  if (
    metadata !== undefined &&
    new TextEncoder().encode(JSON.stringify(metadata)).length > limits.metadata
  ) {
    throw new ApiError(
      "body_too_large",
      `metadata is larger than ${limits.metadata} bytes`,
    );
  }
  return await enter(context, "change_profile", [
    projectId,
    context.origin,
    context.client,
    tokenHash(token),
    changes,
    repeatKey(context, token, changes),
  ]);
};

/** Set a new password by a code of the owner's, and sign in. */
export const reset: Handler = async (context, input) => {
  const { projectId, data } = schemas.check(schemas.reset, input);
  const { environment } = context.services;
  const code = tokenHash(plainCode(data.code));
  const key = repeatKey(context, data.email.toLowerCase(), code);
  const wrong = new ApiError(
    "invalid_credentials",
    "This code is wrong, used or too old",
  );
  try {
    const before = await enter(context, "begin_reset", [
      projectId,
      context.origin,
      context.client,
      data.email,
      code,
      key,
    ]);
    if (before !== "") {
      return await signIn(
        context,
        projectId,
        data.newPassword,
        JSON.parse(before) as Account,
        wrong,
      );
    }
    const token = newToken();
    const row = await ask(context, "finish_reset", [
      projectId,
      data.email,
      code,
      await hashPassword(data.newPassword, environment.iterations),
      tokenHash(token),
      key,
    ]);
    return signedIn(bodyOf(row), token);
  } catch (error) {
    throw error instanceof ApiError && error.code === "invalid_credentials"
      ? wrong
      : error;
  }
};

/** A code as it was made, however somebody typed it. */
function plainCode(code: string): string {
  return code.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0")
    .replace(/[IL]/g, "1");
}
