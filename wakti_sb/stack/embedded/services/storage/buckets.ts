/** Buckets: make, list, change, empty, delete. */

import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import { type Caller, ownerOf, type StorageDatabase } from "./database.ts";
import { bucketNotEmpty, invalidRequest, noSuchBucket } from "./errors.ts";
import type { FileStore } from "./files.ts";
import { checkedBucketName, parseSize } from "./names.ts";
import { withTimes } from "./times.ts";

export interface Bucket {
  readonly id: string;
  readonly public: boolean;
  /** Bytes; null for the project's limit. */
  readonly file_size_limit: number | null;
  readonly allowed_mime_types: string[] | null;
}

/** What the platform tells of a bucket. */
const COLUMNS = sql`
  id, name, owner, public, created_at, updated_at, file_size_limit,
  allowed_mime_types
`;

type Body = Record<string, unknown>;
type Row = Record<string, unknown>;

export class Buckets {
  constructor(readonly db: StorageDatabase, readonly files: FileStore) {}

  async create(caller: Caller, body: Body): Promise<Response> {
    const name = text(body.name) ?? text(body.id);
    const id = text(body.id) ?? name;
    if (name === undefined || id === undefined) {
      throw invalidRequest("body must have required property 'name'");
    }
    checkedBucketName(id);
    const { owner, ownerId } = ownerOf(caller.claims);
    const settings = readSettings(body);
    await this.db.asCaller(caller, "storage.bucket.create", (db) =>
      sql`
        insert into storage.buckets
          (id, name, owner, owner_id, public, file_size_limit, allowed_mime_types)
        values (
          ${id}, ${name}, ${owner}, ${ownerId}, ${settings.public ?? false},
          ${settings.fileSizeLimit ?? null}, ${settings.types ?? null}
        )
      `.execute(db));
    return Response.json({ name: id });
  }

  async list(caller: Caller, url: URL): Promise<Response> {
    const { column, order, limit, offset, search } = readPage(url);
    const { rows } = await this.db.asCaller(
      caller,
      "storage.bucket.list",
      (db) =>
        sql<Row>`
          select ${COLUMNS}, type
          from storage.buckets
          where ${
          search === ""
        } or position(lower(${search}) in lower(name)) > 0
          order by ${sql.ref(column)} ${order}, id
          limit ${limit}
          offset ${offset}
        `.execute(db),
    );
    return Response.json(rows.map(shown));
  }

  async get(caller: Caller, id: string): Promise<Response> {
    const { rows: [row] } = await this.db.asCaller(
      caller,
      "storage.bucket.get",
      (db) =>
        sql<Row>`
          select ${COLUMNS} from storage.buckets where id = ${id}
        `.execute(db),
    );
    if (!row) throw noSuchBucket();
    return Response.json(shown(row));
  }

  async update(caller: Caller, id: string, body: Body): Promise<Response> {
    const { public: open, fileSizeLimit, types } = readSettings(body);
    const kept = (value: unknown) => value === undefined;
    const { numAffectedRows } = await this.db.asCaller(
      caller,
      "storage.bucket.update",
      (db) =>
        sql`
          update storage.buckets
          set public = coalesce(${open}, public),
              file_size_limit = case
                when ${kept(fileSizeLimit)} then file_size_limit
                else ${fileSizeLimit ?? null}
              end,
              allowed_mime_types = case
                when ${kept(types)} then allowed_mime_types
                else ${types ?? null}
              end,
              updated_at = now()
          where id = ${id}
        `.execute(db),
    );
    if (numAffectedRows === 0n) throw noSuchBucket();
    return Response.json({ message: "Successfully updated" });
  }

  /** Deletes what the caller may delete in the bucket. */
  async empty(caller: Caller, id: string): Promise<Response> {
    const { rows } = await this.db.asCaller(
      caller,
      "storage.bucket.empty",
      async (db) => {
        await findBucket(db, id);
        return await sql<{ version: string | null }>`
          delete from storage.objects where bucket_id = ${id} returning version
        `.execute(db);
      },
    );
    await this.files.remove(rows.map((row) => row.version));
    // Here it is done at once; the platform's words are what clients and their tests know.
    return Response.json({
      message:
        "Empty bucket has been queued. Completion may take up to an hour.",
    });
  }

  async delete(caller: Caller, id: string): Promise<Response> {
    // The caller may see fewer objects than there are: whether any are left is the owner's to say.
    const left = await this.db.readAsOwner((db) =>
      sql`
        select 1 from storage.objects where bucket_id = ${id} limit 1
      `.execute(db)
    );
    const { numAffectedRows } = await this.db.asCaller(
      caller,
      "storage.bucket.delete",
      async (db) => {
        await findBucket(db, id);
        if (left.rows.length > 0) throw bucketNotEmpty();
        return await sql`
          delete from storage.buckets where id = ${id}
        `.execute(db);
      },
    );
    if (numAffectedRows === 0n) throw noSuchBucket();
    return Response.json({ message: "Successfully deleted" });
  }
}

/** A bucket. Throws if there is none. */
export async function findBucket(db: Database, id: string): Promise<Bucket> {
  const { rows: [bucket] } = await sql<Bucket>`
    select id, public, file_size_limit, allowed_mime_types
    from storage.buckets
    where id = ${id}
  `.execute(db);
  if (!bucket) throw noSuchBucket();
  return bucket;
}

/** Which buckets of the list are wanted, and in which order. Throws Problem. */
function readPage(url: URL) {
  const said = (name: string) => url.searchParams.get(name) || null;
  const column = said("sortColumn") ?? "id";
  const order = said("sortOrder") ?? "asc";
  if (!["id", "name", "created_at", "updated_at"].includes(column)) {
    throw invalidRequest(
      "querystring/sortColumn must be equal to one of the allowed values",
    );
  }
  if (order !== "asc" && order !== "desc") {
    throw invalidRequest(
      "querystring/sortOrder must be equal to one of the allowed values",
    );
  }
  const number = (name: string, least: number) => {
    const text = said(name);
    if (text === null) return null;
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw invalidRequest(`querystring/${name} must be >= ${least}`);
  };
  return {
    column,
    order: order === "desc" ? sql`desc` : sql`asc`,
    limit: number("limit", 1),
    offset: number("offset", 0) ?? 0,
    search: said("search") ?? "",
  };
}

/** Undefined: not said. */
interface Settings {
  readonly public?: boolean;
  readonly fileSizeLimit?: number | null;
  readonly types?: string[] | null;
}

function readSettings(body: Body): Settings {
  const { public: open, file_size_limit, allowed_mime_types } = body;
  return {
    ...open !== undefined && { public: open === true },
    ...file_size_limit !== undefined &&
      { fileSizeLimit: sizeLimit(file_size_limit) },
    ...allowed_mime_types !== undefined &&
      { types: typeList(allowed_mime_types) },
  };
}

function sizeLimit(value: unknown): number | null {
  const limit = parseSize(value);
  if (limit === undefined) {
    throw invalidRequest(
      "Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B",
    );
  }
  return limit;
}

function typeList(value: unknown): string[] | null {
  if (value === null) return null;
  if (
    Array.isArray(value) &&
    value.every((one) => typeof one === "string" && /^[^/\s]+\/\S+$/.test(one))
  ) return value;
  throw invalidRequest("body/allowed_mime_types must be a list of MIME types");
}

/** As the platform shows a bucket: clients' models want text for a missing owner. */
function shown(row: Row): Row {
  return { ...withTimes(row), owner: row.owner ?? "" };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
