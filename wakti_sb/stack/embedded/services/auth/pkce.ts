/** PKCE: a link ends with a code, and only who asked for the link can make a session of it. */

import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import { invalid, refusal } from "./errors.ts";
import type { Params } from "./params.ts";

export interface Challenge {
  readonly challenge: string;
  readonly method: string;
}

/** The challenge in a request; null if it has none. Throws Problem. */
export function challengeOf(params: Params): Challenge | null {
  const challenge = params.text("code_challenge");
  const method = params.text("code_challenge_method").toLowerCase();
  if ((challenge === "") !== (method === "")) {
    throw invalid(
      "PKCE flow requires code_challenge_method and code_challenge",
    );
  }
  if (challenge === "") return null;
  if (challenge.length < 43 || challenge.length > 128) {
    throw invalid("code challenge has to be between 43 and 128 characters");
  }
  if (!/^[\w.~-]+$/.test(challenge)) {
    throw invalid(
      "code challenge can only contain alphanumeric characters, hyphens, periods, underscores and tildes",
    );
  }
  if (method !== "s256" && method !== "plain") {
    throw invalid(`unsupported code_challenge method "${method}"`);
  }
  return { challenge, method };
}

/** Remembers a challenge until its link is clicked on. */
export async function rememberChallenge(
  db: Database,
  user: string,
  how: string,
  { challenge, method }: Challenge,
): Promise<void> {
  await sql`
    insert into auth.flow_state (
      id, user_id, auth_code, code_challenge_method, code_challenge,
      provider_type, authentication_method
    )
    values (
      gen_random_uuid(), ${user}, gen_random_uuid()::text,
      ${method}::auth.code_challenge_method, ${challenge}, ${how}, ${how}
    )
  `.execute(db);
}

/** The code for a user who clicked on a link. Throws if no challenge waits for one. */
export async function issueCode(
  db: Database,
  user: string,
  how: string,
): Promise<string> {
  const { rows: [row] } = await sql<{ auth_code: string }>`
    update auth.flow_state
    set auth_code_issued_at = now(), updated_at = now()
    where id = (
      select id
      from auth.flow_state
      where user_id = ${user} and authentication_method = ${how}
      order by created_at desc
      limit 1
    )
    returning auth_code
  `.execute(db);
  if (row) return row.auth_code;
  throw refusal(
    400,
    "flow_state_not_found",
    "No associated flow state found. No valid flow state found for user.",
  );
}

interface Flow {
  readonly user_id: string;
  readonly code_challenge: string;
  readonly code_challenge_method: string;
  readonly authentication_method: string;
  readonly is_old: boolean;
}

/** Whose session a code opens. The code is of no use any more. Throws Problem. */
export async function redeemCode(
  db: Database,
  code: string,
  verifier: string,
): Promise<{ user: string; how: string }> {
  if (code === "" || verifier === "") {
    throw invalid(
      "invalid request: both auth code and code verifier should be non-empty",
    );
  }
  const { rows: [flow] } = await sql<Flow>`
    select
      user_id, code_challenge, code_challenge_method::text,
      authentication_method,
      coalesce(auth_code_issued_at, created_at) < now() - interval '5 minutes'
        as is_old
    from auth.flow_state
    where auth_code = ${code}
    for update
  `.execute(db);
  if (!flow?.user_id) {
    throw refusal(
      404,
      "flow_state_not_found",
      "invalid flow state, no valid flow state found",
    );
  }
  if (flow.is_old) {
    throw refusal(
      422,
      "flow_state_expired",
      "invalid flow state, flow state has expired",
    );
  }
  const answer = flow.code_challenge_method === "s256"
    ? createHash("sha256").update(verifier).digest("base64url")
    : verifier;
  if (answer !== flow.code_challenge) {
    throw refusal(
      400,
      "bad_code_verifier",
      "code challenge does not match previously saved code verifier",
    );
  }
  await sql`
    delete from auth.flow_state where auth_code = ${code}
  `.execute(db);
  return { user: flow.user_id, how: flow.authentication_method };
}
