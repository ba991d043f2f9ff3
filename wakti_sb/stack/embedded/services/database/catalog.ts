/** What the Data API knows of the database: its exposed objects and its roles' settings. */

import type { IntrospectResult } from "@supabase/lite";
import { PostgresConnection } from "@supabase/lite/postgres";
import { sql } from "kysely";
import type { Database } from "./pools.ts";
import type { Setting } from "./request_settings.ts";
import { learnArrays } from "./values.ts";

export interface Catalog {
  readonly objects: IntrospectResult;
  /** What `alter role … set …` says, by role. */
  readonly roleSettings: ReadonlyMap<string, readonly Setting[]>;
}

/** Lite's reader of the catalog, on a pool of ours. */
export class CatalogReader extends PostgresConnection {
  constructor(pool: Database) {
    super({});
    this.kysely = pool;
  }
}

/**
 * Reads the catalog.
 *
 * @param pool As the superuser: Lite looks into views that show only what their reader may use.
 * @param schemas What is not in one of them is left out: no request may name it, and Lite walks
 *   through all that it knows for each request.
 */
export async function readCatalog(
  pool: Database,
  schemas: readonly string[],
): Promise<Catalog> {
  const roleSettings = await readRoleSettings(pool);
  const arrays = await sql<{ oid: number }>`
    select oid from pg_type where typcategory = 'A'
  `.execute(pool);
  learnArrays(arrays.rows.map((row) => row.oid));
  const objects = await new CatalogReader(pool).introspect();
  // Lite turns an error on the way into an empty database; this it never leaves out.
  if (objects.default_schema === undefined) {
    throw new Error("The catalog could not be read.");
  }
  const exposed = <T extends { schema: string }>(all: T[]): T[] =>
    all.filter((one) => schemas.includes(one.schema));
  return {
    roleSettings,
    objects: {
      ...objects,
      tables: exposed(objects.tables),
      columns: exposed(objects.columns),
      indexes: exposed(objects.indexes),
      foreign_keys: exposed(objects.foreign_keys),
      primary_keys: exposed(objects.primary_keys),
      views: exposed(objects.views),
      check_constraints: exposed(objects.check_constraints),
      unique_constraints: exposed(objects.unique_constraints),
      comments: exposed(objects.comments),
      functions: exposed(objects.functions ?? []),
      triggers: exposed(objects.triggers),
    },
  };
}

async function readRoleSettings(
  pool: Database,
): Promise<Map<string, Setting[]>> {
  const { rows } = await sql<{ role: string; name: string; value: string }>`
    select
      pg_roles.rolname as role,
      pg_settings.name,
      substr(entry, strpos(entry, '=') + 1) as value
    from pg_roles
    cross join unnest(pg_roles.rolconfig) as entry
    join pg_settings on pg_settings.name = split_part(entry, '=', 1)
    where pg_settings.context = 'user'
    order by pg_roles.rolname, pg_settings.name
  `.execute(pool);
  const settings = new Map<string, Setting[]>();
  for (const { role, name, value } of rows) {
    settings.set(role, [...settings.get(role) ?? [], [name, value]]);
  }
  return settings;
}
