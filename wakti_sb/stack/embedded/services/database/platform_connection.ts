/**
 * Lite's connection, made to behave as the platform's.
 *
 * Lite by itself grants every API role all rights on every table before its first request, and
 * runs everything as one user. Here nothing is granted, each service has its own role, and a
 * request of the Data API runs with the settings that PostgREST would make.
 */

import type { AnyAST, Connection, IntrospectResult } from "@supabase/lite";
import { PostgresConnection } from "@supabase/lite/postgres";
import { sql } from "kysely";
import type { Claims } from "../credentials.ts";
import { type Catalog, CatalogReader, readCatalog } from "./catalog.ts";
import { asPostgrestError } from "./errors.ts";
import { encodeJsonValues } from "./json_values.ts";
import { type Database, openPool } from "./pools.ts";
import { currentRequest, requestSettings } from "./request_settings.ts";
import { inTransaction } from "./transaction.ts";

type Vars = Parameters<Connection["withContext"]>[0];
type Options = Parameters<Connection["withContext"]>[2];
type ViewOptions = Awaited<
  ReturnType<PostgresConnection["viewOptionsMetadata"]>
>;

export class PlatformConnection extends PostgresConnection {
  readonly #data: Database;
  readonly #superuser: Database;
  readonly #schemas: readonly string[];
  #catalog: Promise<Catalog> | null = null;
  #readAt = 0;

  /**
   * The connection itself is the Auth service's: Lite's Auth runs its statements on it.
   *
   * @param databaseUrl The database as its superuser.
   * @param schemas Exposed over the Data API; Lite sees no others.
   */
  constructor(databaseUrl: string, schemas: readonly string[]) {
    super({});
    this.kysely = openPool(databaseUrl, "auth");
    this.#data = openPool(databaseUrl, "data");
    this.#superuser = openPool(databaseUrl, "catalog");
    this.#schemas = schemas;
  }

  /** Whether the database answers. */
  override async ping(): Promise<boolean> {
    try {
      await sql`select 1`.execute(this.#superuser);
      return true;
    } catch {
      return false;
    }
  }

  /** Forgets the catalog; the next request reads it again. */
  override clearSchemaCache(): Promise<void> {
    this.#catalog = null;
    return Promise.resolve();
  }

  /**
   * Forgets the catalog if it was read before a moment of `performance.now()`, so that many
   * requests that miss something at once read it once.
   */
  clearSchemaCacheOlderThan(moment: number): void {
    if (this.#readAt < moment) this.#catalog = null;
  }

  override async introspect(): Promise<IntrospectResult> {
    return (await this.#readCatalog()).objects;
  }

  override async onPostgrestAST(ast: AnyAST): Promise<AnyAST> {
    const checked = await super.onPostgrestAST(ast);
    return encodeJsonValues(checked, await this.introspect());
  }

  /** Runs a request's statements in one transaction, as the caller's role. */
  override async withContext<T>(
    vars: Vars,
    run: (db: Database) => Promise<T>,
    options?: Options,
  ): Promise<T> {
    if (!vars) return run(this.kysely);
    const { role, claims } = callerOf(vars);
    const { roleSettings } = await this.#readCatalog();
    const settings = requestSettings(
      role,
      claims,
      currentRequest.getStore(),
      roleSettings.get(role) ?? [],
    );
    // Lite finds out after a change that, say, one row was wanted and two were changed: its
    // refusal is an answer, not an error. A function may answer with any status it likes.
    const undo = (result: T) =>
      options?.forceRollback === true ||
      !options?.rpc && result instanceof Response && !result.ok;
    return await inTransaction(this.#data, settings, run, { undo });
  }

  override normalizeDbError(error: unknown): unknown {
    return asPostgrestError(error);
  }

  override viewOptionsMetadata(
    name: string,
    schema: string,
  ): Promise<ViewOptions> {
    return new CatalogReader(this.#superuser).viewOptionsMetadata(name, schema);
  }

  override async close(): Promise<void> {
    const pools = [this.kysely, this.#data, this.#superuser];
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #readCatalog(): Promise<Catalog> {
    if (this.#catalog) return this.#catalog;
    const reading = readCatalog(this.#superuser, this.#schemas);
    reading.catch(() => {
      if (this.#catalog === reading) this.#catalog = null;
    });
    this.#readAt = performance.now();
    return this.#catalog = reading;
  }
}

function callerOf(vars: NonNullable<Vars>): { role: string; claims: Claims } {
  const auth = vars.auth as { role?: unknown; jwt?: unknown } | undefined;
  const role = typeof auth?.role === "string" && auth.role ? auth.role : "anon";
  const claims = auth?.jwt;
  return {
    role,
    claims: typeof claims === "object" && claims !== null
      ? claims as Claims
      : { role },
  };
}
