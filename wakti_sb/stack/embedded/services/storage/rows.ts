/** An object's row, written when its file is complete. */

import { sql } from "kysely";
import type { Database } from "../database/pools.ts";
import { literal } from "../database/transaction.ts";
import type { Owner, StorageDatabase } from "./database.ts";
import { alreadyExists } from "./errors.ts";
import type { Written } from "./files.ts";
import type { Metadata } from "./headers.ts";
import type { About } from "./upload_body.ts";

export interface Target {
  readonly bucket: string;
  readonly key: string;
  /** Whether an object of that name is replaced. */
  readonly upsert: boolean;
}

export interface Content {
  readonly version: string;
  readonly metadata: Metadata;
  readonly userMetadata: Record<string, unknown>;
}

export interface Recorded {
  readonly row: Readonly<Record<string, unknown>> & { readonly id: string };
  /** The version whose file is not needed any more. */
  readonly replaced: string | null;
}

/** What an object's row says of a file that was just stored. */
export function contentOf(
  version: string,
  written: Written,
  about: About,
): Content {
  return {
    version,
    metadata: {
      eTag: written.etag,
      size: written.size,
      mimetype: about.mimeType,
      cacheControl: about.cacheControl,
      lastModified: new Date().toISOString(),
      contentLength: written.size,
      httpStatusCode: 200,
    } as Metadata,
    userMetadata: about.userMetadata ?? {},
  };
}

/** Writes the row. Throws if the name is taken and not to be replaced. */
export async function record(
  db: StorageDatabase,
  target: Target,
  owner: Owner,
  content: Content,
): Promise<Recorded> {
  const name = literal(`${target.bucket}/${target.key}`);
  return await db.asOwner((db) => write(db, target, owner, content), {
    // One at a time for a name: the last one knows whose file it replaces.
    first: `select pg_advisory_xact_lock(hashtextextended(${name}, 0))`,
  });
}

async function write(
  db: Database,
  { bucket, key, upsert }: Target,
  { owner, ownerId }: Owner,
  content: Content,
): Promise<Recorded> {
  // Locked against a move or a removal, which takes this row and its file elsewhere.
  const { rows: [old] } = await sql<{ version: string | null }>`
    select version
    from storage.objects
    where bucket_id = ${bucket} and name = ${key}
    for update
  `.execute(db);
  if (old && !upsert) throw alreadyExists();
  const replacing = upsert
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
  const { rows: [row] } = await sql<Recorded["row"]>`
    insert into storage.objects
      (bucket_id, name, owner, owner_id, version, metadata, user_metadata)
    values (
      ${bucket}, ${key}, ${owner}, ${ownerId}, ${content.version},
      ${JSON.stringify(content.metadata)},
      ${JSON.stringify(content.userMetadata)}
    )
    ${replacing}
    returning *
  `.execute(db);
  return { row: row!, replaced: old?.version ?? null };
}
