/** What lies in a folder of a bucket. */

import { sql } from "kysely";
import type { Caller, StorageDatabase } from "./database.ts";
import { invalidRequest } from "./errors.ts";
import { findBucket } from "./buckets.ts";
import { withTimes } from "./times.ts";

interface Query {
  /** Empty, or a folder with the slash at its end. */
  readonly folder: string;
  readonly limit: number;
  readonly offset: number;
  readonly column: string;
  readonly descending: boolean;
  /** Only names that begin so, whatever their case. */
  readonly search: string;
}

const COLUMNS = ["name", "created_at", "updated_at", "last_accessed_at"];

/**
 * The entries of one folder: names relative to it; folders in it first, with a null id.
 *
 * Row level security decides which objects count: a folder of others is not there.
 */
export async function listFolder(
  db: StorageDatabase,
  caller: Caller,
  bucket: string,
  body: Record<string, unknown>,
): Promise<Response> {
  const query = parseQuery(body);
  await db.readAsOwner((db) => findBucket(db, bucket));
  const level = query.folder.split("/").length;
  const pattern = `${escapeLike(query.search)}%`;
  const { rows } = await db.asCaller(
    caller,
    "storage.object.list",
    (db) => {
      const order = query.descending ? sql`desc` : sql`asc`;
      return sql`
        with entries as (
          select *, path_tokens[${level}] as entry
          from storage.objects
          where bucket_id = ${bucket}
            and starts_with(name, ${query.folder})
            and path_tokens[${level}] ilike ${pattern}
        ),
        folders as (
          select distinct entry as name
          from entries
          where cardinality(path_tokens) > ${level}
        ),
        files as (
          select *
          from entries
          where cardinality(path_tokens) = ${level}
        )
        select name, id, updated_at, created_at, last_accessed_at, metadata
        from (
          select
            false as is_file, name, null::uuid as id,
            null::timestamptz as updated_at, null::timestamptz as created_at,
            null::timestamptz as last_accessed_at, null::jsonb as metadata
          from folders
          union all
          select
            true, entry, id, updated_at, created_at, last_accessed_at, metadata
          from files
        ) as listed
        order by is_file, ${sql.ref(query.column)} ${order}, name ${order}
        limit ${query.limit}
        offset ${query.offset}
      `.execute(db);
    },
  );
  return Response.json((rows as object[]).map(withTimes));
}

function parseQuery(body: Record<string, unknown>): Query {
  const prefix = typeof body.prefix === "string" ? body.prefix : "";
  const path = prefix.replace(/^\/+/, "");
  const sort = (body.sortBy ?? {}) as { column?: unknown; order?: unknown };
  const column = sort.column ?? "name";
  if (typeof column !== "string" || !COLUMNS.includes(column)) {
    throw invalidRequest(`sortBy.column must be one of ${COLUMNS.join(", ")}`);
  }
  return {
    folder: path === "" || path.endsWith("/") ? path : `${path}/`,
    limit: count(body.limit, 100, "limit"),
    offset: count(body.offset, 0, "offset"),
    column,
    descending: String(sort.order ?? "asc").toLowerCase() === "desc",
    search: typeof body.search === "string" ? body.search : "",
  };
}

function count(value: unknown, standard: number, name: string): number {
  if (value === undefined || value === null) return standard;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) {
    throw invalidRequest(`${name} must be a number from 0`);
  }
  return number;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}
