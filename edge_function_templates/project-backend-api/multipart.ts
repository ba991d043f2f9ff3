/** Forms with files in them, part by part as they arrive. */
import {
  getMultipartBoundary,
  MaxPartsExceededError,
  MultipartParser,
  type MultipartPart,
} from "@remix-run/multipart-parser";

import { ApiError } from "./errors.ts";

/** Parts that one form may have. */
const mostParts = 256;

/** One field of a form. */
export interface Part {
  readonly name: string;
  /** The file's own name; null for a text. */
  readonly filename: string | null;
  /** The type that the caller claims; empty for none. */
  readonly type: string;
  readonly size: number;
  /** Its content in one piece, put together when it is first asked for. */
  bytes(): Uint8Array<ArrayBuffer>;
}

/**
 * The parts of a form, each as soon as its last byte is there.
 *
 * Throw invalid_field for what is no form, or one of too many parts: they are counted as they come,
 * before anything is made of them.
 */
export async function* partsOf(
  headers: Headers,
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<Part> {
  const boundary = getMultipartBoundary(headers.get("content-type") ?? "");
  if (!boundary) throw unreadable();
  const parser = new MultipartParser(boundary, {
    maxParts: mostParts,
    maxFileSize: limit,
    maxTotalSize: limit,
  });
  let isOver = false;
  for await (const chunk of chunks) {
    if (isOver) continue; // what follows the last boundary is nobody's
    const found = parser.write(chunk);
    while (true) {
      const next = step(found);
      if (next.done) break;
      yield asPart(next.value);
    }
    isOver = isWhole(parser);
  }
  if (!isOver) throw unreadable();
}

function step(
  found: Generator<MultipartPart, void, unknown>,
): IteratorResult<MultipartPart, void> {
  try {
    return found.next();
  } catch (error) {
    throw error instanceof MaxPartsExceededError
      ? new ApiError(
        "invalid_field",
        `A form may have at most ${mostParts} fields`,
      )
      : unreadable();
  }
}

function isWhole(parser: MultipartParser): boolean {
  try {
    parser.finish();
    return true;
  } catch {
    return false;
  }
}

function asPart(part: MultipartPart): Part {
  const headers = headersOf(part);
  const names = parameters(headers["content-disposition"] ?? "");
  const name = names.get("name");
  if (name === undefined) throw unreadable();
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  return {
    name,
    filename: names.get("filename") ?? null,
    type: headers["content-type"] ?? "",
    size: part.size,
    bytes: () => bytes ??= part.bytes as Uint8Array<ArrayBuffer>,
  };
}

function headersOf(part: MultipartPart): Record<string, string | undefined> {
  try {
    return part.headers;
  } catch {
    throw unreadable(); // no UTF-8
  }
}

/**
 * The parameters of a Content-Disposition, as browsers write them (HTML, 4.10.21.8): a quotation
 * mark and a line break are percent-encoded, everything else stands for itself. Other clients put a
 * backslash before a quotation mark and before a backslash.
 */
function parameters(header: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const parameter = /;\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))\s*/y;
  parameter.lastIndex = header.search(/;|$/);
  for (
    let match = parameter.exec(header);
    match !== null;
    match = parameter.exec(header)
  ) {
    const [, key = "", quoted, bare = ""] = match;
    const value = quoted?.replace(/\\(["\\])/g, "$1") ?? bare.trim();
    found.set(
      key.toLowerCase(),
      value.replace(/%(0A|0D|22)/gi, (escape) => decodeURIComponent(escape)),
    );
  }
  return found;
}

function unreadable(): ApiError {
  return new ApiError("invalid_field", "The form data cannot be read");
}

/** A part as text. Throw invalid_field where it is none. */
export function textOf(part: Part): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(part.bytes());
  } catch {
    throw new ApiError("invalid_field", `${part.name} is no text`);
  }
}
