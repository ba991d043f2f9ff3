/** CSV as in RFC 4180, safe to open in a spreadsheet. */

import type { Json } from "../api/json.ts";

/**
 * What a spreadsheet takes for a formula. A quote before it makes it text
 * (OWASP, "CSV Injection").
 */
const FORMULA = /^'*[=+\-@\t\r]/;
const ESCAPED_FORMULA = /^'+[=+\-@\t\r]/;

/** A table as CSV. The mark at its head tells spreadsheets that it is UTF-8. */
export function writeCsv(
  header: readonly string[],
  rows: Iterable<readonly (Json | undefined)[]>,
): string {
  const lines = [header.map(cell).join(",")];
  for (const row of rows) lines.push(row.map(cell).join(","));
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

/** The text of a value in a cell. */
export function cellOf(value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function cell(value: Json | undefined): string {
  const text = cellOf(value);
  // A number cannot be a formula, whatever its sign.
  const isSafe = typeof value === "number" || !FORMULA.test(text);
  const safe = isSafe ? text : `'${text}`;
  // Also where another separator is the custom: a cell must not split there.
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What keeps a CSV text from being read. */
export type CsvFault =
  /** A quote that is opened in this line is never closed. */
  | { readonly kind: "quote"; readonly line: number }
  /** Two columns have this name. */
  | { readonly kind: "twice"; readonly name: string }
  /** The column of this number has values and no name. */
  | { readonly kind: "unnamed"; readonly column: number };

/** A CSV text that would be read wrongly. */
export class CsvError extends Error {
  override readonly name = "CsvError";

  constructor(readonly fault: CsvFault) {
    super(fault.kind);
  }
}

/** The rows of a CSV text. Throws CsvError where a quote is never closed. */
export function readCsv(
  text: string,
  { separator, start }: Layout = layoutOf(text),
): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = start;
  while (at < text.length) {
    const [value, end] = readCell(text, at, separator);
    row.push(value);
    at = end;
    if (text[at] === separator) {
      at += 1;
      // A separator at the very end opens one more, empty cell.
      if (at === text.length) row.push("");
      continue;
    }
    if (text[at] === "\r") at += 1;
    if (text[at] === "\n") at += 1;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows.filter((one) => one.length > 1 || one[0] !== "");
}

function readCell(
  text: string,
  start: number,
  separator: string,
): [value: string, end: number] {
  if (text[start] !== '"') {
    let end = start;
    while (end < text.length && !isEnd(text[end], separator)) end += 1;
    return [plain(text.slice(start, end)), end];
  }
  let value = "";
  let at = start + 1;
  while (true) {
    const quote = text.indexOf('"', at);
    if (quote < 0) {
      const line = text.slice(0, start).split(/\r\n|\r|\n/).length;
      throw new CsvError({ kind: "quote", line });
    }
    value += text.slice(at, quote);
    at = quote + 1;
    if (text[at] !== '"') break;
    value += '"';
    at += 1;
  }
  // What follows a closing quote belongs to the cell, as spreadsheets read it.
  const rest = at;
  while (at < text.length && !isEnd(text[at], separator)) at += 1;
  return [plain(value + text.slice(rest, at)), at];
}

function isEnd(character: string | undefined, separator: string): boolean {
  return character === separator || character === "\n" || character === "\r";
}

/** Takes back what `writeCsv` put before a formula. */
function plain(value: string): string {
  return ESCAPED_FORMULA.test(value) ? value.slice(1) : value;
}

/** What separates the cells of a text, and where its first row begins. */
export interface Layout {
  readonly separator: string;
  readonly start: number;
}

/** Excel may say the separator in a line of its own (`sep=;`); else the first line uses it most. */
export function layoutOf(text: string): Layout {
  const said = /^\ufeff?sep=([,;\t])\r?\n/i.exec(text);
  if (said?.[1]) return { separator: said[1], start: said[0].length };
  const start = text.startsWith("\ufeff") ? 1 : 0;
  const line = text.slice(start, start + text.slice(start).search(/[\r\n]|$/));
  let separator = ",";
  for (const one of [";", "\t"]) {
    if (line.split(one).length > line.split(separator).length) separator = one;
  }
  return { separator, start };
}
