/** Objects on their way in: first whether the caller may, then the bytes, then the row. */

import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import { type Bucket, findBucket } from "./buckets.ts";
import {
  type Caller,
  type Owner,
  ownerOf,
  type StorageDatabase,
} from "./database.ts";
import { alreadyExists, mimeTypeRefused } from "./errors.ts";
import type { FileStore, Written } from "./files.ts";
import { allowsType } from "./names.ts";
import { readUpload, type Upload } from "./upload_body.ts";

/** The project's limit, where a bucket has none of its own: the official CLI's default. */
export const PROJECT_FILE_LIMIT = 50 * 1024 * 1024;

export interface Target {
  readonly bucket: string;
  readonly key: string;
  /** Whether an object of that name is replaced. */
  readonly upsert: boolean;
}

export interface Stored {
  readonly id: string;
}

export class Uploads {
  constructor(readonly db: StorageDatabase, readonly files: FileStore) {}

  /** Stores the request's file, if row level security lets the caller do so. */
  async store(caller: Caller, target: Target): Promise<Stored> {
    const bucket = await this.#bucket(target.bucket);
    await this.mayStore(caller, target, "storage.object.upload");
    return await this.#receive(
      caller.request,
      bucket,
      target,
      ownerOf(caller.claims),
    );
  }

  /** Stores the request's file for somebody whose rights were checked when the URL was signed. */
  async storeSigned(
    request: Request,
    target: Target,
    owner: Owner,
  ): Promise<Stored> {
    const bucket = await this.#bucket(target.bucket);
    return await this.#receive(request, bucket, target, owner);
  }

  /** Whether row level security lets the caller store the object. Throws the refusal. */
  async mayStore(
    caller: Caller,
    target: Target,
    operation: string,
  ): Promise<void> {
    const { owner, ownerId } = ownerOf(caller.claims);
    const insert = sql`
      insert into storage.objects (bucket_id, name, owner, owner_id, version)
      values (${target.bucket}, ${target.key}, ${owner}, ${ownerId}, '1')
    `;
    const replace = sql`
      on conflict (bucket_id, name) do update
      set version = excluded.version,
          owner = excluded.owner,
          owner_id = excluded.owner_id
      returning id
    `;
    const statement = target.upsert ? sql`${insert} ${replace}` : insert;
    await this.db.probe(caller, operation, (db) => statement.execute(db));
  }

  #bucket(id: string): Promise<Bucket> {
    return this.db.asOwner((db) => findBucket(db, id));
  }

  async #receive(
    request: Request,
    bucket: Bucket,
    target: Target,
    owner: Owner,
  ): Promise<Stored> {
    const limit = Math.min(
      bucket.file_size_limit ?? PROJECT_FILE_LIMIT,
      PROJECT_FILE_LIMIT,
    );
    const upload = await readUpload(request, limit);
    if (!allowsType(bucket.allowed_mime_types, upload.mimeType)) {
      throw mimeTypeRefused(upload.mimeType);
    }
    const version = crypto.randomUUID();
    const written = await this.files.write(version, upload.body, limit);
    try {
      const { id, replaced } = await this.db.asOwner((db) =>
        record(db, target, owner, version, upload, written)
      );
      await this.files.remove([replaced]);
      return { id };
    } catch (error) {
      await this.files.remove([version]);
      throw error;
    }
  }
}

/** Writes the object's row; `replaced` is the version whose file is not needed any more. */
async function record(
  db: Database,
  target: Target,
  { owner, ownerId }: Owner,
  version: string,
  upload: Upload,
  written: Written,
): Promise<{ id: string; replaced: string | null }> {
  const { bucket, key } = target;
  // One at a time for a name: the last one knows whose file it replaces.
  await sql`
    select pg_advisory_xact_lock(hashtextextended(${`${bucket}/${key}`}, 0))
  `.execute(db);
  const { rows: [old] } = await sql<{ version: string | null }>`
    select version
    from storage.objects
    where bucket_id = ${bucket} and name = ${key}
  `.execute(db);
  if (old && !target.upsert) throw alreadyExists();
  const metadata = {
    eTag: written.etag,
    size: written.size,
    mimetype: upload.mimeType,
    cacheControl: upload.cacheControl,
    lastModified: new Date().toISOString(),
    contentLength: written.size,
    httpStatusCode: 200,
  };
  const replacing = target.upsert
    ? sql`
      on conflict (bucket_id, name) do update
      set owner = excluded.owner,
          owner_id = excluded.owner_id,
          version = excluded.version,
          metadata = excluded.metadata,
          user_metadata = excluded.user_metadata,
          updated_at = now()
    `
    : sql``;
  const { rows: [stored] } = await sql<{ id: string }>`
    insert into storage.objects
      (bucket_id, name, owner, owner_id, version, metadata, user_metadata)
    values (
      ${bucket}, ${key}, ${owner}, ${ownerId}, ${version},
      ${JSON.stringify(metadata)},
      ${upload.userMetadata && JSON.stringify(upload.userMetadata)}
    )
    ${replacing}
    returning id
  `.execute(db);
  return { id: stored!.id, replaced: old?.version ?? null };
}
