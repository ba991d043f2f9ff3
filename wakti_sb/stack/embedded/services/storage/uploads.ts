/** Objects on their way in: first whether the caller may, then the bytes, then the row. */

import { sql } from "kysely";
import { type Bucket, findBucket } from "./buckets.ts";
import {
  type Caller,
  type Owner,
  ownerOf,
  type StorageDatabase,
} from "./database.ts";
import { isUncertain, mimeTypeRefused } from "./errors.ts";
import type { FileStore } from "./files.ts";
import { allowsType } from "./names.ts";
import { contentOf, record, type Target } from "./rows.ts";
import { type About, readUpload } from "./upload_body.ts";

export interface Stored {
  readonly id: string;
}

export class Uploads {
  constructor(readonly db: StorageDatabase, readonly files: FileStore) {}

  /** Stores the request's file, if row level security lets the caller do so. */
  async store(caller: Caller, target: Target): Promise<Stored> {
    const bucket = await this.bucket(target.bucket);
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
    const bucket = await this.bucket(target.bucket);
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

  bucket(id: string): Promise<Bucket> {
    return this.db.readAsOwner((db) => findBucket(db, id));
  }

  /** The most bytes of a file in a bucket. */
  mostBytes(bucket: Bucket | null): number {
    return Math.min(
      bucket?.file_size_limit ?? this.files.limit,
      this.files.limit,
    );
  }

  /** Makes a file that has arrived in parts the object's. */
  async adopt(
    target: Target,
    owner: Owner,
    version: string,
    path: string,
    about: About,
  ): Promise<void> {
    const written = await this.files.adopt(version, path);
    try {
      const { replaced } = await record(
        this.db,
        target,
        owner,
        contentOf(version, written, about),
      );
      await this.files.remove([replaced]);
    } catch (error) {
      if (!isUncertain(error)) await this.files.remove([version]);
      throw error;
    }
  }

  async #receive(
    request: Request,
    bucket: Bucket,
    target: Target,
    owner: Owner,
  ): Promise<Stored> {
    const limit = this.mostBytes(bucket);
    const upload = await readUpload(request);
    const version = crypto.randomUUID();
    try {
      refuseType(bucket, upload.mimeType);
      const written = await this.files.write(version, upload.body, limit);
      const about = await upload.about();
      refuseType(bucket, about.mimeType);
      const { row, replaced } = await record(
        this.db,
        target,
        owner,
        contentOf(version, written, about),
      );
      await this.files.remove([replaced]);
      return { id: row.id };
    } catch (error) {
      // Whether a lost connection still brought the commit nobody knows: better a file too many.
      if (!isUncertain(error)) await this.files.remove([version]);
      throw error;
    } finally {
      upload.cancel();
    }
  }
}

/** Throws if the bucket takes no such type. */
export function refuseType(bucket: Bucket, type: string): void {
  if (!allowsType(bucket.allowed_mime_types, type)) throw mimeTypeRefused(type);
}
