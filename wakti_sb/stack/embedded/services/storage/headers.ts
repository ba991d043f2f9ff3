/** The headers that an object's answer carries, and what may become one. */

/** What is told of an object; a row that was written by SQL may lack or misuse any of it. */
export interface Metadata {
  readonly eTag?: unknown;
  readonly size?: unknown;
  readonly mimetype?: unknown;
  readonly cacheControl?: unknown;
  readonly lastModified?: unknown;
}

const HEADER = /^[\x20-\x7e]{1,1024}$/;
const MIME_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+*-]+\s*(;[\x20-\x7e]*)?$/;

/** Whether the text may be a header's value. */
export function isHeaderText(text: string): boolean {
  return HEADER.test(text);
}

/** Whether the text is a media type, with parameters or without. */
export function isMimeType(text: string): boolean {
  return MIME_TYPE.test(text) && text.length <= 255;
}

/** Types that a browser shows without running anything in them. */
const INERT = /^((audio|video|font)\/|image\/(?!svg)|application\/pdf$)/;

/**
 * The headers of an object.
 *
 * @param changed The row's time, where the metadata have none.
 * @param url Its `download` asks for an attachment.
 */
export function headersOf(
  metadata: Metadata | null,
  changed: string,
  url: URL,
): Headers {
  const type = text(metadata?.mimetype, isMimeType) ??
    "application/octet-stream";
  const essence = essenceOf(type);
  const headers = new Headers({
    "accept-ranges": "bytes",
    "cache-control": text(metadata?.cacheControl, isHeaderText) ?? "no-cache",
    // As on the platform: somebody's upload must not become a page of this origin.
    "content-type": essence === "text/html" ? "text/plain" : type,
    "last-modified": time(metadata?.lastModified) ?? time(changed)!,
    "x-content-type-options": "nosniff",
    "x-robots-tag": "none",
  });
  // XML is a page too, as XHTML, SVG or with a stylesheet: it runs no script of this origin.
  if (!INERT.test(essence)) headers.set("content-security-policy", "sandbox");
  const tag = text(metadata?.eTag, isHeaderText);
  if (tag) headers.set("etag", tag);
  const download = url.searchParams.get("download");
  if (download !== null) {
    headers.set("content-disposition", attachment(download));
  }
  return headers;
}

/** A media type without parameters, in lower case. */
export function essenceOf(type: string): string {
  return (type.split(";")[0] ?? "").trim().toLowerCase();
}

function text(
  value: unknown,
  good: (text: string) => boolean,
): string | undefined {
  return typeof value === "string" && good(value) ? value : undefined;
}

function time(value: unknown): string | undefined {
  const date = new Date(String(value));
  return Number.isNaN(date.getTime()) ? undefined : date.toUTCString();
}

function attachment(name: string): string {
  // A lone surrogate cannot be encoded.
  const encoded = encodeURIComponent(name.toWellFormed());
  return name === ""
    ? "attachment;"
    : `attachment; filename=${encoded}; filename*=UTF-8''${encoded}`;
}

/** Whether the client's copy is still good. An entity tag is better evidence than a time. */
export function isFresh(request: Request, headers: Headers): boolean {
  const tags = request.headers.get("if-none-match");
  if (tags !== null) {
    const own = headers.get("etag");
    return tags.trim() === "*" ||
      tags.split(",").some((tag) => tag.trim().replace(/^W\//, "") === own);
  }
  const since = Date.parse(request.headers.get("if-modified-since") ?? "");
  return since >= Date.parse(headers.get("last-modified") ?? "");
}

/**
 * The Range header, unless its client has a part of another file (RFC 9110, 13.1.5): then null,
 * and it is sent the whole.
 */
export function rangeOf(request: Request, headers: Headers): string | null {
  const range = request.headers.get("range");
  const condition = request.headers.get("if-range")?.trim();
  if (range === null || condition === undefined) return range;
  // A weak tag says nothing about bytes.
  const same = condition.endsWith('"')
    ? !condition.startsWith("W/") && condition === headers.get("etag")
    : condition === headers.get("last-modified");
  return same ? range : null;
}
