/** What every endpoint of Auth works with, and who is calling. */

import type { Claims, Credentials } from "../credentials.ts";
import type { Database } from "../database/pools.ts";
import type { Mailbox } from "../mail/mailbox.ts";
import type { AuthSettings } from "./settings.ts";
import type { User } from "./users.ts";

export interface AuthService {
  /** Connected as the role that owns the tables of Auth. */
  readonly db: Database;
  readonly credentials: Credentials;
  readonly settings: AuthSettings;
  readonly mailbox: Mailbox;
  /** Where Auth answers, without a trailing slash. */
  readonly url: string;
}

/** A request, before anybody asked who sends it. */
export interface Call {
  readonly request: Request;
  readonly url: URL;
  /** The path below Auth's own, in parts. */
  readonly path: readonly string[];
  /** The caller's network address. */
  readonly ip: string;
}

/** A row of auth.sessions. */
export interface Session {
  readonly id: string;
  readonly user_id: string;
  readonly aal: string | null;
  readonly created_at: string;
  readonly not_after: string | null;
  readonly refreshed_at: string | null;
}

/** A signed-in user's request. */
export interface UserCall extends Call {
  readonly user: User;
  /** Null for a token that was made without one. */
  readonly session: Session | null;
  readonly claims: Claims;
}
