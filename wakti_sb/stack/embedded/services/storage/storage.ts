/** The Storage API: which request is what. */

import { readObject } from "../body.ts";
import {
  apiKeyOf,
  bearerOf,
  type Claims,
  type Credentials,
  TokenError,
} from "../credentials.ts";
import { Buckets } from "./buckets.ts";
import type { Caller, StorageDatabase } from "./database.ts";
import { Downloads } from "./downloads.ts";
import {
  accessDenied,
  invalidKey,
  invalidRequest,
  noSuchRoute,
  notServed,
  tooLarge,
} from "./errors.ts";
import type { FileStore } from "./files.ts";
import { listFolder } from "./listing.ts";
import { listBelow } from "./listing_v2.ts";
import { checkedKey } from "./names.ts";
import { Objects } from "./objects.ts";
import { SignedUrls } from "./signed.ts";
import type { ResumableUploads } from "./resumable.ts";
import type { Target } from "./rows.ts";
import { Uploads } from "./uploads.ts";

/** The most bytes of a JSON body: a thousand names of the greatest length fit in. */
const JSON_LIMIT = 2 * 1024 * 1024;

export class Storage {
  readonly #buckets: Buckets;
  readonly #objects: Objects;
  readonly #uploads: Uploads;
  readonly #downloads: Downloads;
  readonly #signed: SignedUrls;
  #resumable: Promise<ResumableUploads> | null = null;

  constructor(
    readonly db: StorageDatabase,
    readonly files: FileStore,
    readonly credentials: Credentials,
  ) {
    this.#buckets = new Buckets(db, files);
    this.#uploads = new Uploads(db, files);
    this.#objects = new Objects(db, files, this.#uploads);
    this.#downloads = new Downloads(db, files);
    this.#signed = new SignedUrls(db, credentials, this.#uploads);
  }

  /**
   * Answers a request. Throws Problem.
   *
   * @param path Below `/storage/v1`, still encoded.
   */
  async fetch(request: Request, url: URL, path: string): Promise<Response> {
    const segments = decode(path);
    const [first, second, ...rest] = segments;
    if (request.method === "GET" && first === "status" && !second) {
      return Response.json({ status: "ok" });
    }
    const away = NOT_SERVED[first ?? ""];
    if (away) throw notServed(away);
    refuseTransformation(url.searchParams);
    const open = await this.#withoutCaller(request, url, segments);
    if (open) return open;
    const caller = { claims: await this.#claims(request, url), request };
    const reads = request.method === "GET" || request.method === "HEAD";
    // Only an object of a public bucket can be had by nobody in particular.
    if (caller.claims === null && !(reads && first === "object")) {
      throw accessDenied(JWT_MESSAGES.malformed);
    }
    const answer = first === "upload" && second === "resumable"
      ? await this.#resume(caller, rest[0] === "sign")
      : first === "bucket"
      ? await this.#bucket(caller, second, rest)
      : first === "object"
      ? await this.#object(caller, segments.slice(1))
      : null;
    if (answer) return answer;
    throw noSuchRoute(request.method, path);
  }

  /** @param signed Whether a signed URL lets the caller store, and not its rights. */
  async #resume(caller: Caller, signed: boolean): Promise<Response | null> {
    const { request } = caller;
    const token = request.headers.get("x-signature");
    // The library takes as long to load as the rest of Storage, and few need it.
    this.#resumable ??= import("./resumable.ts").then(({ ResumableUploads }) =>
      new ResumableUploads(this.#uploads, `${this.files.folder}/resumable`)
    );
    return await (await this.#resumable).fetch({
      caller,
      checkGrant: signed
        ? (bucket, key) => this.#signed.checkUpload(token, bucket, key)
        : null,
    }, request);
  }

  /** Public objects and signed URLs: nobody needs to say who they are. */
  async #withoutCaller(
    request: Request,
    url: URL,
    segments: readonly string[],
  ): Promise<Response | null> {
    const { method } = request;
    const token = url.searchParams.get("token");
    const reads = method === "GET" || method === "HEAD";
    const route = segments.slice(0, 3).join("/");
    if (method === "PUT" && route === "object/upload/sign") {
      const { bucket, key } = object(segments.slice(3));
      const grant = await this.#signed.checkUpload(token, bucket, key);
      const target = { bucket, key, upsert: grant.upsert };
      await this.#uploads.storeSigned(request, target, grant);
      return Response.json({ Key: `${bucket}/${key}` });
    }
    if (reads && route === "object/info/public") {
      const { bucket, key } = object(segments.slice(3));
      return await this.#downloads.infoPublic(bucket, key);
    }
    if (reads && route.startsWith("object/public/")) {
      const { bucket, key } = object(segments.slice(2));
      return await this.#downloads.sendPublic(request, bucket, key);
    }
    if (reads && route.startsWith("object/sign/")) {
      const { bucket, key } = object(segments.slice(2));
      await this.#signed.checkDownload(token, bucket, key);
      return await this.#downloads.sendSigned(request, bucket, key);
    }
    return null;
  }

  async #bucket(
    caller: Caller,
    id: string | undefined,
    rest: readonly string[],
  ): Promise<Response | null> {
    const { request } = caller;
    const route = [request.method, id ? "ID" : "", ...rest].join(" ").trim();
    switch (route) {
      case "GET":
        return await this.#buckets.list(caller, new URL(request.url));
      case "POST":
        return await this.#buckets.create(caller, await json(request));
      case "GET ID":
        return await this.#buckets.get(caller, id!);
      case "PUT ID":
        return await this.#buckets.update(caller, id!, await json(request));
      case "DELETE ID":
        return await this.#buckets.delete(caller, id!);
      case "POST ID empty":
        return await this.#buckets.empty(caller, id!);
      default:
        return null;
    }
  }

  async #object(
    caller: Caller,
    segments: readonly string[],
  ): Promise<Response | null> {
    const { request } = caller;
    const [first, second] = segments;
    const after = (count: number) => object(segments.slice(count));
    if (request.method === "POST") {
      if (first === "move" && !second) {
        return await this.#objects.move(caller, await json(request));
      }
      if (first === "copy" && !second) {
        return await this.#objects.copy(caller, await json(request));
      }
      if (first === "list" && segments.length === 2) {
        const body = await json(request);
        return await listFolder(this.db, caller, second!, body);
      }
      if (first === "list-v2" && segments.length === 2) {
        const body = await json(request);
        return await listBelow(this.db, caller, second!, body);
      }
      if (first === "upload" && second === "sign") {
        const upsert = isUpsert(request);
        return await this.#signed.forUpload(caller, { ...after(2), upsert });
      }
      if (first === "sign" && segments.length === 2) {
        const body = await json(request);
        return await this.#signed.forDownloads(caller, second!, body);
      }
      if (first === "sign") {
        const { bucket, key } = after(1);
        const body = await json(request);
        const wanted = Object.keys(Object(body.transform));
        if (wanted.length > 0) throw notServed(TRANSFORMATION);
        return await this.#signed.forDownload(caller, bucket, key, body);
      }
      return await this.#store(caller, {
        ...after(0),
        upsert: isUpsert(request),
      });
    }
    if (request.method === "PUT") {
      return await this.#store(caller, { ...after(0), upsert: true });
    }
    if (request.method === "DELETE" && segments.length === 1) {
      const body = await json(request);
      return await this.#objects.removeMany(caller, first!, body);
    }
    if (request.method === "DELETE") {
      const { bucket, key } = after(0);
      return await this.#objects.removeOne(caller, bucket, key);
    }
    if (request.method !== "GET" && request.method !== "HEAD") return null;
    const info = first === "info";
    const named = segments.slice(info ? 1 : 0);
    const { bucket, key } = object(
      named[0] === "authenticated" ? named.slice(1) : named,
    );
    return info
      ? await this.#downloads.info(caller, bucket, key)
      : await this.#downloads.send(caller, bucket, key);
  }

  async #store(caller: Caller, target: Target): Promise<Response> {
    const { id } = await this.#uploads.store(caller, target);
    return Response.json({ Id: id, Key: `${target.bucket}/${target.key}` });
  }

  /** Who asks: a token says more than a key; null if there is neither. */
  async #claims(request: Request, url: URL): Promise<Claims | null> {
    const token = bearerOf(request);
    if (token !== null) {
      try {
        return await this.credentials.verify(token);
      } catch (error) {
        if (!(error instanceof TokenError)) throw error;
        throw accessDenied(JWT_MESSAGES[error.reason]);
      }
    }
    const key = apiKeyOf(request, url);
    const kind = key === null ? null : this.credentials.kind(key);
    if (kind === null) return null;
    return { role: kind === "secret" ? "service_role" : "anon" };
  }
}

const TRANSFORMATION = "Image transformation";

/** The first part of paths that are not served. */
const NOT_SERVED: Readonly<Record<string, string>> = {
  render: TRANSFORMATION,
  s3: "The S3 protocol",
  iceberg: "The Iceberg catalog",
  vector: "Storage of vectors",
  cdn: "The CDN",
};

/** Throws if a file is wanted in another size or format: it would come untouched. */
function refuseTransformation(query: URLSearchParams): void {
  for (const name of ["width", "height", "resize", "quality", "format"]) {
    if (query.has(name)) throw notServed(TRANSFORMATION);
  }
}

const JWT_MESSAGES = {
  malformed: "Invalid Compact JWS",
  signature: "signature verification failed",
  early: '"nbf" claim timestamp check failed',
  expired: '"exp" claim timestamp check failed',
};

/** The path's segments, decoded. */
function decode(path: string): string[] {
  try {
    return path.replace(/^\//, "").split("/").map(decodeURIComponent);
  } catch {
    throw invalidKey(path);
  }
}

/** The bucket and the key at the end of a path. */
function object(segments: readonly string[]): { bucket: string; key: string } {
  const [bucket, ...key] = segments;
  if (!bucket || key.length === 0) {
    throw invalidRequest("The path names no object");
  }
  return { bucket, key: checkedKey(key.join("/")) };
}

function json(request: Request): Promise<Record<string, unknown>> {
  return readObject(
    request,
    JSON_LIMIT,
    (status, message) => status === 413 ? tooLarge() : invalidRequest(message),
  );
}

function isUpsert(request: Request): boolean {
  return request.headers.get("x-upsert") === "true";
}
