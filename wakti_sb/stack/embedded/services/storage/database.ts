/** The tables of the Storage API, read and written as the caller or as their owner. */

import type { Claims } from "../credentials.ts";
import { isDatabaseError } from "../database/errors.ts";
import type { Database } from "../database/pools.ts";
import { requestSettings, type Setting } from "../database/request_settings.ts";
import { inTransaction, type Options } from "../database/transaction.ts";
import { asStorageError } from "./errors.ts";

/** Who calls the Storage API. */
export interface Caller {
  /** Null for a request without a key and without a token. */
  readonly claims: Claims | null;
  readonly request: Request;
}

const DEADLOCK = "40P01";

type Run<T> = (db: Database) => Promise<T>;

/** Rows go together with their files here, which is what the trigger on the tables asks. */
const MAY_DELETE: Setting = ["storage.allow_delete_query", "true"];

export class StorageDatabase {
  constructor(readonly pool: Database) {}

  /**
   * Runs statements with the caller's rights: row level security decides.
   *
   * @param operation What policies see as `storage.operation()`.
   */
  async asCaller<T>(
    { claims, request }: Caller,
    operation: string,
    run: Run<T>,
    options?: Options<T>,
  ): Promise<T> {
    const role = roleOf(claims);
    const settings = requestSettings(role, claims ?? { role }, request, [
      ["storage.operation", operation],
      ["search_path", '"storage", "public", "extensions"'],
      MAY_DELETE,
    ]);
    return await this.#run(settings, run, options);
  }

  /** Throws the refusal if the caller may not do this; it is done and undone. */
  async probe(
    caller: Caller,
    operation: string,
    run: Run<unknown>,
  ): Promise<void> {
    await this.asCaller(caller, operation, run, { undo: () => true });
  }

  /** Runs statements as the tables' owner, whom row level security lets pass. */
  async asOwner<T>(run: Run<T>, options?: Options<T>): Promise<T> {
    return await this.#run([MAY_DELETE], run, options);
  }

  /** Reads as the tables' owner: each statement by itself, one round trip. */
  async readAsOwner<T>(run: Run<T>): Promise<T> {
    try {
      return await run(this.pool);
    } catch (error) {
      throw asStorageError(error);
    }
  }

  async #run<T>(
    settings: readonly Setting[],
    run: Run<T>,
    options?: Options<T>,
  ): Promise<T> {
    try {
      return await inTransaction(this.pool, settings, run, options);
    } catch (error) {
      if (!isDatabaseError(error) || error.code !== DEADLOCK) {
        throw asStorageError(error);
      }
    }
    // Two moves across each other: PostgreSQL undid this one, and the other is done by now.
    try {
      return await inTransaction(this.pool, settings, run, options);
    } catch (error) {
      throw asStorageError(error);
    }
  }
}

function roleOf(claims: Claims | null): string {
  const role = claims?.role;
  return typeof role === "string" && role !== "" ? role : "anon";
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The columns `owner` and `owner_id` of what somebody makes. */
export interface Owner {
  readonly owner: string | null;
  readonly ownerId: string | null;
}

/** The user of the caller's token; nobody if there is none. */
export function ownerOf(claims: Claims | null): Owner {
  const sub = claims?.sub;
  if (typeof sub !== "string" || sub === "") {
    return { owner: null, ownerId: null };
  }
  return { owner: UUID.test(sub) ? sub : null, ownerId: sub };
}
