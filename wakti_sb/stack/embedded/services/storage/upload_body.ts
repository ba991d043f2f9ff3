/** The file in an upload: the clients send a form, others send the bytes. */

import { invalidRequest, mimeTypeRefused } from "./errors.ts";
import { FormError, readForm } from "./form.ts";
import { isHeaderText, isMimeType } from "./headers.ts";

export interface Upload {
  readonly body: ReadableStream<Uint8Array>;
  /** What the sender calls the bytes. */
  readonly mimeType: string;
  /** What else is kept; fields of a form may follow its file, so only after the body was read. */
  readonly about: () => Promise<About>;
  /** Stops reading. */
  readonly cancel: () => void;
}

export interface About {
  readonly mimeType: string;
  readonly cacheControl: string;
  /** What the client wants to keep beside the object; null if nothing. */
  readonly userMetadata: Record<string, unknown> | null;
}

/** Finds the file in a request. Throws Problem. */
export async function readUpload(request: Request): Promise<Upload> {
  const type = request.headers.get("content-type") ??
    "application/octet-stream";
  const body = request.body ?? new Blob().stream();
  if (type.toLowerCase().startsWith("multipart/form-data")) {
    return await fromForm(body, type);
  }
  const about: About = {
    mimeType: checkedType(type),
    cacheControl: checkedCacheControl(
      request.headers.get("cache-control") ?? "no-cache",
    ),
    userMetadata: metadataHeader(request.headers.get("x-metadata")),
  };
  return {
    body,
    mimeType: about.mimeType,
    about: () => Promise.resolve(about),
    cancel: () => {},
  };
}

async function fromForm(
  body: ReadableStream<Uint8Array>,
  type: string,
): Promise<Upload> {
  const form = await readForm(body, type).catch(refuse);
  const mimeType = checkedType(form.mimeType || "application/octet-stream");
  return {
    body: form.body,
    mimeType,
    cancel: form.cancel,
    about: async () => aboutFields(await form.fields().catch(refuse), mimeType),
  };
}

/**
 * What the fields of a form, or the metadata of a resumable upload, say of a file.
 *
 * @param type What the file itself says.
 */
export function aboutFields(
  fields: ReadonlyMap<string, string>,
  type: string | undefined,
): About {
  return {
    mimeType: checkedType(
      fields.get("contentType") || type || "application/octet-stream",
    ),
    cacheControl: cacheControl(fields.get("cacheControl")),
    userMetadata: parseMetadata(
      fields.get("metadata") ?? fields.get("userMetadata"),
    ),
  };
}

function refuse(error: unknown): never {
  throw error instanceof FormError ? invalidRequest(error.message) : error;
}

/** The clients send seconds. */
function cacheControl(field: string | undefined): string {
  if (!field) return "no-cache";
  return checkedCacheControl(/^\d+$/.test(field) ? `max-age=${field}` : field);
}

/** What is sent back as a header later must be fit for one now. */
export function checkedCacheControl(text: string): string {
  if (isHeaderText(text)) return text;
  throw invalidRequest("cacheControl holds characters that no header may hold");
}

export function checkedType(text: string): string {
  if (isMimeType(text)) return text;
  throw mimeTypeRefused(text);
}

export function metadataHeader(
  header: string | null,
): Record<string, unknown> | null {
  if (header === null) return null;
  let text: string;
  try {
    const bytes = Uint8Array.from(atob(header), (c) => c.charCodeAt(0));
    text = new TextDecoder().decode(bytes);
  } catch {
    throw invalidRequest("The x-metadata header is not base64");
  }
  return parseMetadata(text);
}

function parseMetadata(
  text: string | undefined,
): Record<string, unknown> | null {
  if (!text) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidRequest("metadata is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidRequest("metadata is not a JSON object");
  }
  return value as Record<string, unknown>;
}
