/** The file in an upload: the clients send a form, others send the bytes. */

import { readBytes } from "../body.ts";
import { invalidRequest, tooLarge } from "./errors.ts";
import { parseForm } from "./form.ts";

export interface Upload {
  readonly body: ReadableStream<Uint8Array>;
  readonly mimeType: string;
  readonly cacheControl: string;
  /** What the client wants to keep beside the object; null if nothing. */
  readonly userMetadata: Record<string, unknown> | null;
}

/** Room for the form's other fields and its boundaries. */
const FORM_OVERHEAD = 64 * 1024;

/**
 * Finds the file in a request.
 *
 * @param limit The most bytes of the file: a form is read into memory before its file can be
 *   measured.
 */
export async function readUpload(
  request: Request,
  limit: number,
): Promise<Upload> {
  const type = request.headers.get("content-type") ??
    "application/octet-stream";
  if (type.toLowerCase().startsWith("multipart/form-data")) {
    return await readForm(request, type, limit + FORM_OVERHEAD);
  }
  return {
    body: request.body ?? new Blob().stream(),
    mimeType: type,
    cacheControl: request.headers.get("cache-control") ?? "no-cache",
    userMetadata: metadataHeader(request.headers.get("x-metadata")),
  };
}

async function readForm(
  request: Request,
  type: string,
  limit: number,
): Promise<Upload> {
  const bytes = await readBytes(
    request,
    limit,
    (status, message) => status === 413 ? tooLarge() : invalidRequest(message),
  );
  let form: FormData;
  try {
    form = await parseForm(bytes, type);
  } catch {
    throw invalidRequest("The form cannot be read");
  }
  const file = [...form.values()].find((value) => value instanceof File);
  if (!file) throw invalidRequest("No file provided");
  const seconds = form.get("cacheControl");
  return {
    body: file.stream(),
    mimeType: file.type || "application/octet-stream",
    cacheControl: typeof seconds === "string" && seconds !== ""
      ? /^\d+$/.test(seconds) ? `max-age=${seconds}` : seconds
      : "no-cache",
    userMetadata: parseMetadata(form.get("metadata")),
  };
}

function metadataHeader(header: string | null): Record<string, unknown> | null {
  if (header === null) return null;
  try {
    const bytes = Uint8Array.from(atob(header), (c) => c.charCodeAt(0));
    return parseMetadata(new TextDecoder().decode(bytes));
  } catch {
    throw invalidRequest("The x-metadata header is not base64");
  }
}

function parseMetadata(text: unknown): Record<string, unknown> | null {
  if (typeof text !== "string" || text === "") return null;
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
