/** Objects on their way out: the row, then the bytes with the headers that browsers use. */

import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import { findBucket } from "./buckets.ts";
import type { Caller, StorageDatabase } from "./database.ts";
import { noSuchBucket, noSuchObject } from "./errors.ts";
import { type FileStore, REPLACED } from "./files.ts";
import { headersOf, isFresh, type Metadata, rangeOf } from "./headers.ts";
import { parseRange } from "./range.ts";
import { isoTime } from "./times.ts";

interface Row {
  readonly id: string;
  readonly name: string;
  readonly bucket_id: string;
  readonly version: string | null;
  readonly metadata: Metadata | null;
  readonly user_metadata: Record<string, unknown> | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export class Downloads {
  constructor(readonly db: StorageDatabase, readonly files: FileStore) {}

  /** Sends an object of a public bucket, whoever asks. */
  async sendPublic(
    request: Request,
    bucket: string,
    key: string,
  ): Promise<Response> {
    return await this.#send(request, () => this.#findPublic(bucket, key));
  }

  /** Sends an object whose signed URL has been checked. */
  async sendSigned(
    request: Request,
    bucket: string,
    key: string,
  ): Promise<Response> {
    return await this.#send(
      request,
      () => this.db.readAsOwner((db) => find(db, bucket, key)),
    );
  }

  /** Sends an object that the caller may read. */
  async send(caller: Caller, bucket: string, key: string): Promise<Response> {
    const operation = "storage.object.get_authenticated";
    return await this.#send(
      caller.request,
      () => this.#findReadable(caller, operation, bucket, key),
    );
  }

  /** Describes an object of a public bucket. */
  async infoPublic(bucket: string, key: string): Promise<Response> {
    return Response.json(described(await this.#findPublic(bucket, key)));
  }

  /** Describes an object that the caller may read. */
  async info(caller: Caller, bucket: string, key: string): Promise<Response> {
    const row = await this.#findReadable(
      caller,
      "storage.object.info_authenticated",
      bucket,
      key,
    );
    return Response.json(described(row));
  }

  #findPublic(bucket: string, key: string): Promise<Row> {
    return this.db.readAsOwner(async (db) => {
      if (!(await findBucket(db, bucket)).public) throw noSuchBucket();
      return await find(db, bucket, key);
    });
  }

  async #findReadable(
    caller: Caller,
    operation: string,
    bucket: string,
    key: string,
  ): Promise<Row> {
    const isPublic = await this.db.readAsOwner(async (db) =>
      (await findBucket(db, bucket)).public
    );
    // As on the platform: a public bucket's objects are everybody's, by either path.
    if (isPublic) {
      return await this.db.readAsOwner((db) => find(db, bucket, key));
    }
    if (caller.claims === null) throw noSuchBucket();
    return await this.db.asCaller(
      caller,
      operation,
      (db) => find(db, bucket, key),
    );
  }

  /** Opens the file of an object that may be replaced at this moment. */
  async #open(look: () => Promise<Row>): Promise<[Row, Deno.FsFile]> {
    for (let left = REPLACED;; left--) {
      const row = await look();
      const file = await this.files.open(row.version);
      if (file !== null) return [row, file];
      if (left === 0) throw noSuchObject();
    }
  }

  async #send(request: Request, look: () => Promise<Row>): Promise<Response> {
    const [row, file] = await this.#open(look);
    const { size } = await file.stat();
    const url = new URL(request.url);
    const headers = headersOf(row.metadata, row.updated_at, url);
    if (isFresh(request, headers)) {
      file.close();
      return new Response(null, { status: 304, headers });
    }
    const range = parseRange(rangeOf(request, headers), size);
    if (range === "unsatisfiable") {
      file.close();
      headers.set("content-range", `bytes */${size}`);
      return new Response(null, { status: 416, headers });
    }
    const { start, end } = range ?? { start: 0, end: size };
    headers.set("content-length", String(end - start));
    if (range) {
      headers.set("content-range", `bytes ${start}-${end - 1}/${size}`);
    }
    const status = range ? 206 : 200;
    if (request.method === "HEAD") {
      file.close();
      return new Response(null, { status, headers });
    }
    await file.seek(start, Deno.SeekMode.Start);
    // A file as it is goes out without a turn of this thread for each piece.
    const body = end === size
      ? file.readable
      : file.readable.pipeThrough(firstBytes(end - start));
    return new Response(body, { status, headers });
  }
}

async function find(
  db: Database,
  bucket: string,
  key: string,
): Promise<Row> {
  const { rows: [row] } = await sql<Row>`
    select
      id, name, bucket_id, version, metadata, user_metadata,
      created_at, updated_at
    from storage.objects
    where bucket_id = ${bucket} and name = ${key}
  `.execute(db);
  if (!row) throw noSuchObject();
  return row;
}

function firstBytes(count: number): TransformStream<Uint8Array, Uint8Array> {
  let left = count;
  return new TransformStream({
    start(controller) {
      if (left === 0) controller.terminate();
    },
    transform(chunk, controller) {
      controller.enqueue(chunk.subarray(0, left));
      left -= Math.min(left, chunk.byteLength);
      if (left === 0) controller.terminate();
    },
  });
}

function described(row: Row): Record<string, unknown> {
  const { metadata } = row;
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    bucket_id: row.bucket_id,
    size: metadata?.size ?? null,
    content_type: metadata?.mimetype ?? null,
    cache_control: metadata?.cacheControl ?? null,
    etag: metadata?.eTag ?? null,
    metadata: row.user_metadata,
    last_modified: isoTime(row.updated_at),
    created_at: isoTime(row.created_at),
  };
}
