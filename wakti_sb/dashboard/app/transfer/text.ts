/** The text of a file, whichever program wrote it. */

/** Why a file is not read as text. */
export type NoText = "workbook" | "binary";

export type Read =
  /** `guessed`: nothing in the file says its encoding; this one fits. */
  | { readonly text: string; readonly guessed: string | null }
  | { readonly fault: NoText };

/** A zip, which an .xlsx is, and the container of an .xls. */
const WORKBOOKS = [[0x50, 0x4b, 0x03, 0x04], [0xd0, 0xcf, 0x11, 0xe0]];

/**
 * Reads UTF-8, UTF-16 as Excel writes it ("Unicode text"), and Windows-1256 as Arabic Excel does.
 * Nothing else: a wrong guess would store wrong letters.
 */
export function readText(bytes: Uint8Array): Read {
  if (WORKBOOKS.some((head) => head.every((one, at) => bytes[at] === one))) {
    return { fault: "workbook" };
  }
  const wide = wideEncoding(bytes);
  if (wide) return decoded(bytes, wide, null);
  if (bytes.includes(0)) return { fault: "binary" };
  const plain = decoded(bytes, "utf-8", null);
  return "fault" in plain ? arabic(bytes) : plain;
}

/** UTF-16 by its mark, or by the zero in every second byte of its first letters. */
function wideEncoding(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first && second === 0 && third && fourth === 0) return "utf-16le";
  if (first === 0 && second && third === 0 && fourth) return "utf-16be";
  return null;
}

function decoded(bytes: Uint8Array, name: string, guessed: string | null) {
  try {
    const text = new TextDecoder(name, { fatal: true }).decode(bytes);
    return { text, guessed } as const;
  } catch {
    return { fault: "binary" } as const;
  }
}

/** Windows-1256, where what it yields is Arabic and no control characters. */
function arabic(bytes: Uint8Array): Read {
  const read = decoded(bytes, "windows-1256", "Windows-1256");
  if ("fault" in read) return read;
  // deno-lint-ignore no-control-regex -- these are what a text does not hold
  const broken = /[\0-\x08\x0e-\x1f]/.test(read.text);
  return /[\u0621-\u064a]/.test(read.text) && !broken
    ? read
    : { fault: "binary" };
}
