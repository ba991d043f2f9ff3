/** Signed URLs: somebody's right to one object, passed on for a while. */

import { sql } from "kysely";
import { type Credentials, TokenError } from "../credentials.ts";
import {
  type Caller,
  type Owner,
  ownerOf,
  type StorageDatabase,
} from "./database.ts";
import { invalidRequest, invalidSignature, noSuchObject } from "./errors.ts";
import type { Target } from "./rows.ts";
import type { Uploads } from "./uploads.ts";

type Body = Record<string, unknown>;

/** What a signed upload URL allows. */
export interface UploadGrant extends Owner {
  readonly upsert: boolean;
}

/** How long a signed upload URL is good, in seconds, as on the platform. */
const UPLOAD_SECONDS = 2 * 60 * 60;
const NOT_READABLE =
  "Either the object does not exist or you do not have access to it";

export class SignedUrls {
  constructor(
    readonly db: StorageDatabase,
    readonly credentials: Credentials,
    readonly uploads: Uploads,
  ) {}

  /** A URL to read one object. */
  async forDownload(
    caller: Caller,
    bucket: string,
    key: string,
    body: Body,
  ): Promise<Response> {
    const seconds = expiry(body);
    const found = await this.#readable(caller, bucket, [key]);
    if (!found.has(key)) throw noSuchObject();
    return Response.json({
      signedURL: await this.#downloadUrl(bucket, key, seconds),
    });
  }

  /** URLs to read several objects; null for each that the caller may not read. */
  async forDownloads(
    caller: Caller,
    bucket: string,
    body: Body,
  ): Promise<Response> {
    const seconds = expiry(body);
    const { paths } = body;
    if (
      !Array.isArray(paths) || !paths.every((path) => typeof path === "string")
    ) {
      throw invalidRequest("body/paths must be a list of names");
    }
    const found = await this.#readable(caller, bucket, paths);
    const urls = paths.map(async (path: string) =>
      found.has(path)
        ? {
          error: null,
          path,
          signedURL: await this.#downloadUrl(bucket, path, seconds),
        }
        : { error: NOT_READABLE, path, signedURL: null }
    );
    return Response.json(await Promise.all(urls));
  }

  /** A URL to store one object. */
  async forUpload(caller: Caller, target: Target): Promise<Response> {
    await this.uploads.mayStore(
      caller,
      target,
      "storage.object.sign_upload_url",
    );
    const { owner, ownerId } = ownerOf(caller.claims);
    const place = `${target.bucket}/${target.key}`;
    const token = await this.#sign(UPLOAD_SECONDS, {
      url: place,
      upload: true,
      owner,
      owner_id: ownerId,
      upsert: target.upsert,
    });
    return Response.json({
      url: `/object/upload/sign/${encodePath(place)}?token=${token}`,
      token,
    });
  }

  /** Throws if the token does not allow to read the object. */
  async checkDownload(
    token: string | null,
    bucket: string,
    key: string,
  ): Promise<void> {
    const claims = await this.#verify(token, bucket, key);
    if (claims.upload === true) throw invalidSignature("Invalid signature");
  }

  /** What the token allows. Throws if it does not allow to store the object. */
  async checkUpload(
    token: string | null,
    bucket: string,
    key: string,
  ): Promise<UploadGrant> {
    const claims = await this.#verify(token, bucket, key);
    if (claims.upload !== true) throw invalidSignature("Invalid signature");
    const text = (value: unknown) => typeof value === "string" ? value : null;
    return {
      owner: text(claims.owner),
      ownerId: text(claims.owner_id),
      upsert: claims.upsert === true,
    };
  }

  async #readable(
    caller: Caller,
    bucket: string,
    names: readonly string[],
  ): Promise<Set<string>> {
    const { rows } = await this.db.asCaller(
      caller,
      names.length === 1 ? "storage.object.sign" : "storage.object.sign_many",
      (db) =>
        sql<{ name: string }>`
          select name
          from storage.objects
          where bucket_id = ${bucket} and name = any(${names}::text[])
        `.execute(db),
    );
    return new Set(rows.map((row) => row.name));
  }

  async #downloadUrl(
    bucket: string,
    key: string,
    seconds: number,
  ): Promise<string> {
    const place = `${bucket}/${key}`;
    const token = await this.#sign(seconds, { url: place });
    return `/object/sign/${encodePath(place)}?token=${token}`;
  }

  #sign(seconds: number, claims: Body): Promise<string> {
    const iat = Math.floor(Date.now() / 1000);
    return this.credentials.sign({ ...claims, iat, exp: iat + seconds });
  }

  async #verify(
    token: string | null,
    bucket: string,
    key: string,
  ): Promise<Readonly<Body>> {
    if (!token) throw invalidRequest("querystring must have property 'token'");
    try {
      const claims = await this.credentials.verify(token);
      if (claims.url === `${bucket}/${key}`) return claims;
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      if (error.reason === "expired") {
        throw invalidSignature('"exp" claim timestamp check failed');
      }
    }
    throw invalidSignature("Invalid signature");
  }
}

/** Clients send the number of seconds as a number or as text. */
function expiry(body: Body): number {
  const seconds = Number(body.expiresIn);
  if (!Number.isSafeInteger(seconds) || seconds < 1) {
    throw invalidRequest("body/expiresIn must be a number from 1");
  }
  return seconds;
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
