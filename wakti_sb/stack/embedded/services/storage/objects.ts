/** Objects that are there: move, copy, remove. */

import { sql } from "kysely";
import { type Caller, ownerOf, type StorageDatabase } from "./database.ts";
import { invalidRequest, isUncertain, noSuchObject } from "./errors.ts";
import { type FileStore, REPLACED } from "./files.ts";
import type { Metadata } from "./headers.ts";
import { checkedKey } from "./names.ts";
import { record, type Target } from "./rows.ts";
import { withTimes } from "./times.ts";
import {
  checkedCacheControl,
  checkedType,
  metadataHeader,
} from "./upload_body.ts";
import type { Uploads } from "./uploads.ts";

type Body = Record<string, unknown>;

interface Place {
  readonly bucket: string;
  readonly key: string;
}

interface Row {
  readonly version: string | null;
  readonly metadata: Metadata | null;
  readonly user_metadata: Record<string, unknown> | null;
}

/** What a copy gets in place of what the original has. */
interface Change {
  readonly metadata: Metadata;
  readonly userMetadata: Record<string, unknown>;
}

/** The platform's limit for one request. */
const MOST_REMOVED = 1000;

export class Objects {
  constructor(
    readonly db: StorageDatabase,
    readonly files: FileStore,
    readonly uploads: Uploads,
  ) {}

  /** Renames an object. Its file keeps its place: it is not named by the object's name. */
  async move(caller: Caller, body: Body): Promise<Response> {
    const { source, destination } = places(body);
    const { owner, ownerId } = ownerOf(caller.claims);
    const { rows: [object] } = await this.db.asCaller(
      caller,
      "storage.object.move",
      (db) =>
        sql<{ id: string }>`
          update storage.objects
          set bucket_id = ${destination.bucket},
              name = ${destination.key},
              owner = ${owner},
              owner_id = ${ownerId},
              updated_at = now()
          where bucket_id = ${source.bucket} and name = ${source.key}
          returning id
        `.execute(db),
    );
    if (!object) throw noSuchObject();
    return Response.json({
      message: "Successfully moved",
      Id: object.id,
      Key: `${destination.bucket}/${destination.key}`,
    });
  }

  /** Copies an object that the caller may read to where the caller may write. */
  async copy(caller: Caller, body: Body): Promise<Response> {
    const { source, destination } = places(body);
    const { headers } = caller.request;
    const target: Target = {
      ...destination,
      upsert: headers.get("x-upsert") === "true",
    };
    const change = readChange(body, headers);
    const operation = "storage.object.copy";
    await this.#find(caller, operation, source);
    await this.uploads.mayStore(caller, target, operation);
    const version = crypto.randomUUID();
    const original = await this.#copyFile(caller, operation, source, version);
    try {
      const { row, replaced } = await record(
        this.db,
        target,
        ownerOf(caller.claims),
        {
          version,
          metadata: {
            ...original.metadata,
            ...change?.metadata,
            lastModified: new Date().toISOString(),
          },
          userMetadata: change ? change.userMetadata : original.user_metadata ??
            {},
        },
      );
      await this.files.remove([replaced]);
      const Key = `${destination.bucket}/${destination.key}`;
      return Response.json({ Id: row.id, Key, ...withTimes(row) });
    } catch (error) {
      if (!isUncertain(error)) await this.files.remove([version]);
      throw error;
    }
  }

  /** Copies the file of an object that may be replaced at this moment. */
  async #copyFile(
    caller: Caller,
    operation: string,
    source: Place,
    version: string,
  ): Promise<Row> {
    for (let left = REPLACED;; left--) {
      const original = await this.#find(caller, operation, source);
      if (await this.files.copy(original.version, version)) return original;
      if (left === 0) throw noSuchObject();
    }
  }

  async #find(
    caller: Caller,
    operation: string,
    { bucket, key }: Place,
  ): Promise<Row> {
    const { rows: [row] } = await this.db.asCaller(
      caller,
      operation,
      (db) =>
        sql<Row>`
          select version, metadata, user_metadata
          from storage.objects
          where bucket_id = ${bucket} and name = ${key}
        `.execute(db),
    );
    if (!row) throw noSuchObject();
    return row;
  }

  /** Removes one object. */
  async removeOne(
    caller: Caller,
    bucket: string,
    key: string,
  ): Promise<Response> {
    const removed = await this.#remove(
      caller,
      "storage.object.delete",
      bucket,
      [key],
    );
    if (removed.length === 0) throw noSuchObject();
    return Response.json({ message: "Successfully deleted" });
  }

  /** Removes what the caller may remove of the named objects, and answers their rows. */
  async removeMany(
    caller: Caller,
    bucket: string,
    body: Body,
  ): Promise<Response> {
    const names = body.prefixes;
    if (
      !Array.isArray(names) || names.length === 0 ||
      names.length > MOST_REMOVED ||
      !names.every((name) => typeof name === "string")
    ) {
      throw invalidRequest(
        `body/prefixes must be a list of 1 to ${MOST_REMOVED} names`,
      );
    }
    const rows = await this.#remove(
      caller,
      "storage.object.delete_many",
      bucket,
      names,
    );
    return Response.json(rows.map(withTimes));
  }

  async #remove(
    caller: Caller,
    operation: string,
    bucket: string,
    names: readonly string[],
  ): Promise<Record<string, unknown>[]> {
    const { rows } = await this.db.asCaller(
      caller,
      operation,
      (db) =>
        sql<Record<string, unknown>>`
        delete from storage.objects
        where bucket_id = ${bucket} and name = any(${names}::text[])
        returning *
      `.execute(db),
    );
    await this.files.remove(rows.map((row) => row.version as string | null));
    return rows;
  }
}

function places(body: Body): { source: Place; destination: Place } {
  const { bucketId, sourceKey, destinationBucket, destinationKey } = body;
  if (
    typeof bucketId !== "string" || typeof sourceKey !== "string" ||
    typeof destinationKey !== "string"
  ) {
    throw invalidRequest(
      "body must have required properties bucketId, sourceKey, destinationKey",
    );
  }
  return {
    source: { bucket: bucketId, key: sourceKey },
    destination: {
      bucket: typeof destinationBucket === "string"
        ? destinationBucket
        : bucketId,
      key: checkedKey(destinationKey),
    },
  };
}

/** What the copy is to have of its own; null if everything is the original's. */
function readChange(body: Body, headers: Headers): Change | null {
  if (body.copyMetadata !== false) return null;
  const { cacheControl, mimetype } = Object(body.metadata) as Body;
  return {
    metadata: {
      ...cacheControl !== undefined &&
        { cacheControl: checkedCacheControl(String(cacheControl)) },
      ...mimetype !== undefined && { mimetype: checkedType(String(mimetype)) },
    },
    userMetadata: metadataHeader(headers.get("x-metadata")) ?? {},
  };
}
