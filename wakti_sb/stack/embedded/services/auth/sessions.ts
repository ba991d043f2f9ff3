/**
 * Sessions that Lite has opened, completed to what the platform's are.
 *
 * Lite's access tokens carry no metadata, but policies read it from them
 * (`auth.jwt() -> 'app_metadata'`); and Lite lets banned users in.
 */

import { decodeJwt } from "jose";
import { sql } from "kysely";
import type { Credentials } from "../credentials.ts";
import type { Database } from "../database/pools.ts";
import { banned } from "./errors.ts";

type Json = Record<string, unknown>;

export class Sessions {
  /**
   * @param db Connected as the role that owns the tables of Auth.
   * @param issuer Goes into the tokens as `iss`.
   */
  constructor(
    readonly db: Database,
    readonly credentials: Credentials,
    readonly issuer: string,
  ) {}

  /**
   * The session with a complete access token. Throws if its user is banned.
   *
   * @param method How the user has proven to be itself, e.g. `password`.
   */
  async complete(session: Json, method: string): Promise<Json> {
    const user = session.user as Json;
    const claims = decodeJwt(String(session.access_token));
    await this.#refuseBanned(String(user.id), claims.session_id);
    const token = await this.credentials.sign({
      iss: this.issuer,
      ...claims,
      phone: user.phone ?? "",
      app_metadata: user.app_metadata ?? {},
      user_metadata: user.user_metadata ?? {},
      aal: "aal1",
      amr: [{ method, timestamp: claims.iat }],
      is_anonymous: user.is_anonymous === true,
    });
    return { ...session, access_token: token };
  }

  async #refuseBanned(user: string, session: unknown): Promise<void> {
    const { rows } = await sql`
      select id from auth.users where id = ${user} and banned_until > now()
    `.execute(this.db);
    if (rows.length === 0) return;
    await sql`
      delete from auth.sessions where id = ${String(session)}
    `.execute(this.db);
    throw banned();
  }
}
