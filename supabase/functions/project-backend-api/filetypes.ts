import { fileTypeFromBuffer } from "file-type";

import { ApiError } from "./errors.ts";
import { uploads } from "./settings.ts";
import { isPassive, isSvg } from "./svg.ts";

/** What a file is. */
export interface FileType {
  readonly type: string;
  /** What browsers are told when they fetch it. */
  readonly servedAs: string;
}

/** Office documents before 2007 share one container; only the name tells them apart. */
const oldOffice: Readonly<Record<string, string>> = {
  doc: "application/msword",
  xls: "application/vnd.ms-excel",
  ppt: "application/vnd.ms-powerpoint",
};

/** Texts have no signature; the name tells them apart where the client does not. */
const textEndings: Readonly<Record<string, string>> = {
  csv: "text/csv",
  json: "application/json",
  txt: "text/plain",
};

const textTypes = new Set(Object.values(textEndings));

/** Bytes that are enough to know a type. */
const headSize = 64 * 1024;

/**
 * The type of a file, by its bytes where they have a signature: the first kilobytes tell it.
 *
 * Throw file_type_not_allowed for everything that wakti.toml does not list.
 */
export async function fileType(
  bytes: Uint8Array<ArrayBuffer>,
  claimed: string,
  filename: string,
): Promise<FileType> {
  const ending = filename.slice(filename.lastIndexOf(".") + 1).toLowerCase();
  const signed = await signature(bytes, ending);
  if (signed !== null && isAllowed(signed)) {
    return { type: signed, servedAs: signed };
  }
  const text = textIn(bytes);
  const found = text === null ? null : textType(bytes, text, claimed, ending);
  if (found === null || !isAllowed(found.type) || !isAllowed(found.servedAs)) {
    throw new ApiError("file_type_not_allowed");
  }
  return found;
}

function isAllowed(type: string): boolean {
  return uploads.mimeTypes.includes(type) ||
    uploads.mimeTypes.includes(`${type.split("/")[0]}/*`);
}

async function signature(
  bytes: Uint8Array<ArrayBuffer>,
  ending: string,
): Promise<string | null> {
  // Compressed streams are no documents, and looking inside would unpack them.
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return "application/gzip";
  try {
    const found = await fileTypeFromBuffer(bytes);
    switch (found?.mime) {
      case undefined:
        return null;
      case "image/apng":
        return "image/png";
      case "application/x-cfb":
        return oldOffice[ending] ?? found?.mime ?? null;
      default:
        return found?.mime ?? null;
    }
  } catch {
    return null; // cut off in the middle of what its signature promised
  }
}

/** The first bytes as text; null where they are none. */
function textIn(bytes: Uint8Array): string | null {
  const isCut = bytes.byteLength > headSize;
  try {
    const text = new TextDecoder("utf-8", { fatal: true })
      .decode(bytes.subarray(0, headSize), { stream: isCut });
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    return /[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}

function textType(
  bytes: Uint8Array,
  text: string,
  claimed: string,
  ending: string,
): FileType | null {
  const type = claimed.split(";")[0]?.trim().toLowerCase() ?? "";
  if (
    isSvg(text) && (type === "image/svg+xml" || !textTypes.has(type))
  ) {
    return {
      type: "image/svg+xml",
      servedAs: isPassive(bytes) ? "image/svg+xml" : "text/plain",
    };
  }
  const isUnnamed = type === "" || type === "application/octet-stream" ||
    ending === "csv" && type === "application/vnd.ms-excel";
  const meant = isUnnamed ? textEndings[ending] ?? "text/plain" : type;
  if (!textTypes.has(meant)) return null;
  const isWhole = bytes.byteLength <= headSize;
  const kind = meant === "application/json" && !isJson(text, isWhole)
    ? "text/plain"
    : meant;
  return { type: kind, servedAs: kind };
}

/** Is this text JSON, or where it is cut off, does it begin as an object or a list does? */
function isJson(text: string, isWhole: boolean): boolean {
  if (!isWhole) return /^\s*[[{]/.test(text);
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
