/** Objects that are there: move, copy, remove. */

import { sql } from "kysely";
import { type Caller, ownerOf, type StorageDatabase } from "./database.ts";
import { invalidRequest, noSuchObject } from "./errors.ts";
import type { FileStore } from "./files.ts";
import { checkedKey } from "./names.ts";

type Body = Record<string, unknown>;

interface Place {
  readonly bucket: string;
  readonly key: string;
}

interface Row {
  readonly id: string;
  readonly version: string | null;
  readonly metadata: unknown;
  readonly user_metadata: unknown;
}

/** The platform's limit for one request. */
const MOST_REMOVED = 1000;

export class Objects {
  constructor(readonly db: StorageDatabase, readonly files: FileStore) {}

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
    const { owner, ownerId } = ownerOf(caller.claims);
    const version = crypto.randomUUID();
    const operation = "storage.object.copy";
    const { rows: [original] } = await this.db.asCaller(
      caller,
      operation,
      (db) =>
        sql<Row>`
          select id, version, metadata, user_metadata
          from storage.objects
          where bucket_id = ${source.bucket} and name = ${source.key}
        `.execute(db),
    );
    if (!original || !(await this.files.copy(original.version, version))) {
      throw noSuchObject();
    }
    const id = crypto.randomUUID();
    try {
      await this.db.asCaller(caller, operation, (db) =>
        sql`
          insert into storage.objects
            (id, bucket_id, name, owner, owner_id, version, metadata, user_metadata)
          values (
            ${id}, ${destination.bucket}, ${destination.key}, ${owner},
            ${ownerId}, ${version}, ${jsonText(original.metadata)},
            ${jsonText(original.user_metadata)}
          )
        `.execute(db));
    } catch (error) {
      await this.files.remove([version]);
      throw error;
    }
    return Response.json({
      Id: id,
      Key: `${destination.bucket}/${destination.key}`,
    });
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
    return Response.json(rows);
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

/** A value for a jsonb column. */
function jsonText(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
