import type { Deadline } from "./deadline.ts";
import type { Environment } from "./environment.ts";
import { ApiError } from "./errors.ts";
import { uploads } from "./settings.ts";

/** The bucket, through the Storage API with the secret key. */
export interface Storage {
  put(
    path: string,
    bytes: Uint8Array<ArrayBuffer>,
    type: string,
    deadline: Deadline,
  ): Promise<void>;
  /** Remove objects; one that is not there is as good as removed. */
  remove(paths: readonly string[], deadline: Deadline): Promise<void>;
  publicUrl(path: string): string;
}

/** Milliseconds that are kept for what has to be done after it. */
const spare = 2_000;

export function bucketStorage(environment: Environment): Storage {
  const base = `${environment.apiUrl}/storage/v1/object`;
  const keys = {
    apikey: environment.secretKey,
    authorization: `Bearer ${environment.secretKey}`,
  };

  async function send(
    url: string,
    init: RequestInit,
    deadline: Deadline,
  ): Promise<void> {
    let response: Response;
    try {
      response = await fetch(url, {
        ...init,
        signal: AbortSignal.timeout(Math.max(0, deadline.left - spare)),
      });
    } catch (cause) {
      throw unavailable(cause);
    }
    await response.body?.cancel();
    if (!response.ok) {
      const cause = `storage answered ${response.status}`;
      throw response.status >= 500 || response.status === 429
        ? unavailable(cause)
        : new ApiError("internal_error", null, { cause });
    }
  }

  return {
    put: (path, bytes, type, deadline) =>
      send(`${base}/${uploads.bucket}/${path}`, {
        method: "POST",
        headers: {
          ...keys,
          "content-type": type,
          "cache-control": "max-age=3600",
          "x-upsert": "false",
        },
        body: inPieces(bytes),
      }, deadline),
    remove: (paths, deadline) =>
      send(`${base}/${uploads.bucket}`, {
        method: "DELETE",
        headers: { ...keys, "content-type": "application/json" },
        body: JSON.stringify({ prefixes: paths }),
      }, deadline),
    publicUrl: (path) =>
      `${environment.publicUrl}/storage/v1/object/public/${uploads.bucket}/${path}`,
  };
}

/** Bytes of a piece. */
const piece = 256 * 1024;

/** What is sent piece by piece is copied piece by piece. */
function inPieces(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.byteLength) return controller.close();
      controller.enqueue(bytes.subarray(at, at += piece));
    },
  }, { highWaterMark: 0 });
}

function unavailable(cause: unknown): ApiError {
  return new ApiError(
    "database_unavailable",
    "Files cannot be stored right now, try again",
    { retryAfter: 5, cause },
  );
}
