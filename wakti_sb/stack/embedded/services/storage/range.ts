/** The Range header: which bytes of a file a client wants. */

/** From the byte at `start` to the one before `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a Range header for a file of `size` bytes.
 *
 * Null if the whole file is to be sent: no header, another unit, or several ranges, which a
 * server may answer with everything (RFC 9110, 14.2).
 */
export function parseRange(
  header: string | null,
  size: number,
): ByteRange | null | "unsatisfiable" {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (!match) return null;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return null;
  if (first === "") {
    const wanted = Math.min(Number(last), size);
    return wanted === 0 ? "unsatisfiable" : { start: size - wanted, end: size };
  }
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < start) return null;
  return start >= size ? "unsatisfiable" : { start, end };
}
