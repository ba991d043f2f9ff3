import type { Environment } from "./environment.ts";
import { ApiError } from "./errors.ts";
import { uploads } from "./settings.ts";

/** The bucket, through the Storage API with the secret key. */
export interface Storage {
  put(
    path: string,
    bytes: Uint8Array<ArrayBuffer>,
    type: string,
  ): Promise<void>;
  /** Remove objects; one that is not there is as good as removed. */
  remove(paths: readonly string[]): Promise<void>;
  publicUrl(path: string): string;
}

/** Milliseconds that Storage may take. */
const patience = 35_000;

export function bucketStorage(environment: Environment): Storage {
  const base = `${environment.apiUrl}/storage/v1/object`;
  const keys = {
    apikey: environment.secretKey,
    authorization: `Bearer ${environment.secretKey}`,
  };

  async function send(url: string, init: RequestInit): Promise<void> {
    let response: Response;
    try {
      response = await fetch(url, {
        ...init,
        signal: AbortSignal.timeout(patience),
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
    put: (path, bytes, type) =>
      send(`${base}/${uploads.bucket}/${path}`, {
        method: "POST",
        headers: {
          ...keys,
          "content-type": type,
          "cache-control": "max-age=3600",
          "x-upsert": "false",
        },
        body: bytes,
      }),
    remove: (paths) =>
      send(`${base}/${uploads.bucket}`, {
        method: "DELETE",
        headers: { ...keys, "content-type": "application/json" },
        body: JSON.stringify({ prefixes: paths }),
      }),
    publicUrl: (path) =>
      `${environment.publicUrl}/storage/v1/object/public/${uploads.bucket}/${path}`,
  };
}

function unavailable(cause: unknown): ApiError {
  return new ApiError(
    "database_unavailable",
    "Files cannot be stored right now, try again",
    { retryAfter: 5, cause },
  );
}
