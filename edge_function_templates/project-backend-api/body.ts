import { arriving, inTime, type Pace } from "./arrival.ts";
import type { Deadline } from "./deadline.ts";
import { ApiError } from "./errors.ts";
import { limits } from "./settings.ts";

/** A JSON value, as `JSON.parse` makes it. */
export type Json =
  | null
  | boolean
  | number
  | string
  | Json[]
  | { [key: string]: Json };

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

const decoder = new TextDecoder("utf-8", { fatal: true });

/** A JSON body is small. */
const jsonPace: Pace = { whole: 15_000, window: 15_000, least: 0 };

/** The query of a request. Its whole URL may be none: the Host header is the caller's. */
export function queryOf(request: Request): URLSearchParams {
  const { url } = request;
  const start = url.indexOf("?");
  return new URLSearchParams(start < 0 ? "" : url.slice(start));
}

/** The kind of body that a content type announces. */
export function bodyKind(headers: Headers): "json" | "form" | "encoded" {
  // Nothing is unpacked: a small body could become a very large one.
  if (!/^(identity)?$/i.test(headers.get("content-encoding") ?? "")) {
    throw new ApiError(
      "unsupported_media_type",
      "The body must not be compressed",
    );
  }
  const header = headers.get("content-type");
  if (header === null || header === "application/json") return "json";
  const [type = "", ...parameters] = header.toLowerCase().split(";").map((
    part,
  ) => part.trim());
  if (type === "multipart/form-data") return "form";
  if (type === "application/x-www-form-urlencoded") return "encoded";
  // A page that sends JSON without naming it sends text/plain.
  const isJson = type === "" || type === "application/json" ||
    type === "text/plain" || type.endsWith("+json");
  const charset = parameters.find((part) => part.startsWith("charset="));
  if (!isJson || (charset && !/^charset="?utf-?8"?$/.test(charset))) {
    throw new ApiError("unsupported_media_type");
  }
  return "json";
}

/**
 * Read a JSON object, holding it against the limits before it is parsed; `admit` throws where it
 * must not be parsed at all.
 */
export async function readJson(
  request: Request,
  deadline: Deadline,
  admit: (body: Uint8Array) => Promise<void> = () => Promise.resolve(),
): Promise<JsonObject> {
  const bytes = await readBytes(
    request,
    limits.jsonBody,
    jsonPace,
    deadline,
  );
  // The envelope around the data is a level of its own.
  if (isDeeper(bytes, limits.jsonDepth + 1)) {
    throw new ApiError(
      "invalid_json",
      `JSON may be nested ${limits.jsonDepth} levels deep`,
    );
  }
  await admit(bytes);
  let text: string;
  let value: Json;
  try {
    text = decoder.decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new ApiError("invalid_json");
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new ApiError("invalid_json", "The body must be a JSON object");
  }
  // Only an exponent of three digits or 309 digits in a row can be too large.
  if (/\de\+?\d{3}|(?<!\d)\d{309}/i.test(text) && hasInfinite(value)) {
    throw new ApiError("invalid_json", "The body has a number that is too big");
  }
  return value;
}

/**
 * Read a body, at most `limit` bytes of it.
 *
 * A body whose length is announced ends there, whatever is sent (RFC 9112, 6.3): the server sees to
 * that, so it can be asked for as a whole, which costs a fifth less of a request than counting what
 * arrives. A body of unknown length is counted.
 */
export async function readBytes(
  request: Request,
  limit: number,
  pace: Pace,
  deadline: Deadline,
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = "body_too_large";
  if (isAnnounced(request.headers)) {
    if (Number(request.headers.get("content-length")) > limit) {
      throw new ApiError(tooLarge);
    }
    const asked = performance.now();
    const bytes = await inTime(request.bytes(), pace.whole);
    deadline.putOff(performance.now() - asked);
    if (bytes.byteLength > limit) throw new ApiError(tooLarge);
    return bytes;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (
    const chunk of arriving(request, limit, pace, tooLarge, deadline)
  ) {
    chunks.push(chunk);
    size += chunk.byteLength;
  }
  return joined(chunks, size);
}

/** Does this body end at the length that its header names? One sent in chunks does not. */
function isAnnounced(headers: Headers): boolean {
  return headers.has("content-length") && !headers.has("transfer-encoding");
}

function joined(
  chunks: readonly Uint8Array[],
  size: number,
): Uint8Array<ArrayBuffer> {
  if (chunks.length === 1) return chunks[0] as Uint8Array<ArrayBuffer>;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** Is this JSON nested deeper than `levels`? Found by counting, so that depth costs nothing. */
export function isDeeper(bytes: Uint8Array, levels: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 0x5c) at++; // a backslash hides the next character
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) {
      inString = true;
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > levels) return true;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
    }
  }
  return false;
}

/**
 * The JSON text of a value that the database can store.
 *
 * jsonb has neither the NUL character nor half a surrogate pair.
 */
export function storable(value: JsonObject): string {
  const text = JSON.stringify(value);
  if (/\\u(0000|d[89a-f])/i.test(text) && hasUnstorable(value)) {
    throw new ApiError(
      "invalid_field",
      "data has a character that cannot be stored",
    );
  }
  return text;
}

/** Can the database store this text? */
export function isStorableText(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

function hasUnstorable(value: Json): boolean {
  if (typeof value === "string") return !isStorableText(value);
  return entriesOf(value).some(([key, inner]) =>
    !isStorableText(key) || hasUnstorable(inner)
  );
}

/** A number too large for JavaScript is parsed as Infinity and would be stored as null. */
function hasInfinite(value: Json): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  return entriesOf(value).some(([, inner]) => hasInfinite(inner));
}

function entriesOf(value: Json): [string, Json][] {
  return value !== null && typeof value === "object"
    ? Object.entries(value)
    : [];
}
