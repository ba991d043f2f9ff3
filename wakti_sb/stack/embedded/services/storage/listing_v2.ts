/** Names below a prefix, page by page: the second kind of list. */

import { sql } from "kysely";
import { findBucket } from "./buckets.ts";
import type { Caller, StorageDatabase } from "./database.ts";
import { invalidRequest } from "./errors.ts";
import { withTimes } from "./times.ts";

/** Where the next page begins: behind this name, at this value of the order. */
interface Cursor {
  readonly name: string;
  readonly value: string;
}

interface Query {
  readonly prefix: string;
  readonly limit: number;
  /** Whether names that go on behind a slash are one folder. */
  readonly byFolder: boolean;
  readonly column: "name" | "created_at" | "updated_at";
  readonly descending: boolean;
  readonly cursor: Cursor | null;
}

interface Row {
  readonly id: string | null;
  readonly name: string;
  readonly value: string;
}

const COLUMNS = ["name", "created_at", "updated_at"];
const MOST = 1000;

/** Whole names, in the order of their bytes; row level security decides which count. */
export async function listBelow(
  db: StorageDatabase,
  caller: Caller,
  bucket: string,
  body: Record<string, unknown>,
): Promise<Response> {
  const query = parseQuery(body);
  const { prefix, limit, column, byFolder, cursor } = query;
  await db.readAsOwner((db) => findBucket(db, bucket));
  const order = query.descending ? sql`desc` : sql`asc`;
  const beyond = query.descending ? sql`<` : sql`>`;
  // A time is ordered by its own text: it has all its digits, and one zone.
  const value = column === "name" ? sql`''` : sql`${sql.ref(column)}::text`;
  const { rows } = await db.asCaller(
    caller,
    "storage.object.list_v2",
    (db) =>
      sql<Row>`
        with below as (
          select
            id, name, metadata, updated_at, created_at, last_accessed_at,
            ${byFolder} and position('/' in substr(name, length(${prefix}) + 1)) > 0
              as is_folded
          from storage.objects
          where bucket_id = ${bucket} and starts_with(name, ${prefix})
        ),
        listed as (
          select id, name, metadata, updated_at, created_at, last_accessed_at
          from below
          where not is_folded
          union all
          select
            null, folder, null, min(updated_at), min(created_at), null
          from
            below,
            lateral (
              select ${prefix} || split_part(
                substr(name, length(${prefix}) + 1), '/', 1
              ) || '/'
            ) as folders (folder)
          where is_folded
          group by folder
        ),
        valued as (
          select listed.*, ${value} as value from listed
        )
        select *
        from valued
        where ${cursor === null}
          or (value collate "C", name collate "C") ${beyond}
            (${cursor?.value ?? ""}, ${cursor?.name ?? ""})
        order by value collate "C" ${order}, name collate "C" ${order}
        limit ${limit + 1}
      `.execute(db),
  );
  return Response.json(pageOf(rows, query));
}

function pageOf(rows: readonly Row[], { limit, byFolder, prefix }: Query) {
  const hasNext = rows.length > limit;
  const page = rows.slice(0, limit);
  const keyOf = (name: string) => name.slice(prefix.length).replace(/\/$/, "");
  const shown = page.map(({ value: _, ...row }) => ({
    ...withTimes(row),
    ...byFolder && { key: keyOf(row.name) },
  }));
  const last = page.at(-1);
  return {
    hasNext,
    ...hasNext && last &&
      { nextCursor: encode(last), nextCursorKey: last.name },
    folders: shown.filter((row) => row.id === null)
      .map(({ name, key }) => ({ id: null, name, key })),
    objects: shown.filter((row) => row.id !== null),
  };
}

function encode({ name, value }: Row): string {
  const bytes = new TextEncoder().encode(JSON.stringify([name, value]));
  return btoa(String.fromCharCode(...bytes));
}

function decode(cursor: string): Cursor {
  try {
    const bytes = Uint8Array.from(atob(cursor), (c) => c.charCodeAt(0));
    const [name, value] = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof name === "string" && typeof value === "string") {
      return { name, value };
    }
  } catch {
    // Said below.
  }
  throw invalidRequest("cursor is not one of this list");
}

function parseQuery(body: Record<string, unknown>): Query {
  const { prefix = "", limit = MOST, cursor, with_delimiter } = body;
  const sort = (body.sortBy ?? {}) as { column?: unknown; order?: unknown };
  const { column = "name", order = "asc" } = sort;
  if (typeof prefix !== "string") {
    throw invalidRequest("body/prefix must be string");
  }
  if (!Number.isSafeInteger(limit) || Number(limit) < 1) {
    throw invalidRequest("body/limit must be a number from 1");
  }
  if (typeof column !== "string" || !COLUMNS.includes(column)) {
    throw invalidRequest(
      `body/sortBy/column must be one of ${COLUMNS.join(", ")}`,
    );
  }
  if (order !== "asc" && order !== "desc") {
    throw invalidRequest("body/sortBy/order must be asc or desc");
  }
  if (cursor != null && typeof cursor !== "string") {
    throw invalidRequest("body/cursor must be string");
  }
  return {
    prefix,
    limit: Math.min(Number(limit), MOST),
    byFolder: with_delimiter === true,
    column: column as Query["column"],
    descending: order === "desc",
    cursor: cursor ? decode(cursor) : null,
  };
}
