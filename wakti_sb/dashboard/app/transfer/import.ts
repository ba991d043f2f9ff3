/** CSV and JSON files as documents, with a reason for each row that is left out. */

import { type Data, depth, fieldOf, isData, type Json } from "../api/json.ts";
import { limits } from "../api/limits.ts";
import type { Field } from "../api/schemas.ts";
import { cellOf, CsvError, layoutOf, readCsv } from "./csv.ts";

/** Of a file that is read in the page at once; a larger one makes a browser slow. */
export const MAX_FILE_BYTES = 20 * 1024 * 1024;

export type Reason = "shape" | "object" | "large" | "deep";

export interface Skipped {
  /** Counted from 1, without the line of names. */
  readonly row: number;
  readonly reason: Reason;
}

/** A document of a file. */
export interface Found {
  readonly data: Data;
  /** The item that it was exported from; null in a file from elsewhere. */
  readonly id: string | null;
  /** Of an exported CSV file: what stands in the cells, by field. */
  readonly cells?: ReadonlyMap<string, string>;
}

export interface Parsed {
  readonly found: readonly Found[];
  readonly skipped: readonly Skipped[];
}

/** Bytes of a value as the API counts them. */
export function byteSize(value: Json): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/**
 * Reads a CSV or JSON text. Throws SyntaxError or CsvError.
 *
 * @param fields Those of the collection: what is text there is read as text.
 */
export function parse(text: string, fields: readonly Field[] = []): Parsed {
  return /^\ufeff?\s*[[{]/.test(text)
    ? parseJson(text)
    : parseCsv(text, fields);
}

/**
 * Reads a JSON text: a list of objects, an object with such a list as its `items` (as the site API
 * answers), or one object. Throws SyntaxError.
 */
export function parseJson(text: string): Parsed {
  const value = JSON.parse(text.replace(/^\ufeff/, "")) as Json;
  return sort(listOf(value), unwrapped);
}

function listOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value;
  if (isData(value) && Array.isArray(value.items)) {
    const others = Object.keys(value).filter((key) => key !== "items");
    const known = ["total", "nextOffset"];
    if (others.every((key) => known.includes(key))) return value.items;
  }
  return [value];
}

/** Our own JSON export, and the site API, wrap a document in the columns of its row. */
function unwrapped(value: Json): Raw {
  const isExport = isData(value) && isData(value.data) &&
    "created_at" in value && typeof value.id === "string";
  return isExport
    ? { value: value.data as Data, id: value.id as string }
    : { value, id: null };
}

/** Columns of our own CSV export that are the row's, not the document's. */
const OWN = ["id", "sort_order", "created_at", "updated_at"];

/**
 * Reads a CSV text with a line of field names; types are seen from the values.
 * Throws CsvError where two columns share a name, or one with values has none.
 *
 * @param fields Those of the collection: what is text there is read as text.
 */
export function parseCsv(
  text: string,
  fields: readonly Field[] = [],
): Parsed {
  const layout = layoutOf(text);
  const [header = [], ...rows] = readCsv(text, layout);
  // The export's own columns come first; a document may have an "id" of its own behind them.
  const isExport = OWN.every((name, index) => header[index] === name);
  const names = isExport ? header : header.map((name) => name.trim());
  const texts = new Set(
    fields.filter(({ type }) => type === "text").map(({ name }) => name),
  );
  // Where a comma separates, it marks no decimals.
  const isComma = layout.separator !== ",";
  const own = isExport ? OWN.length : 0;
  checkNames(names.slice(own), rows, own);
  const fitting = rows.filter((row) => row.length <= header.length);
  const columns = names.map((name, index) => ({
    name,
    index,
    read: texts.has(name) ? String : reader(fitting, index, isComma),
  })).filter(({ name, index }) => name && index >= own);
  const raw = rows.map((row): Raw => {
    if (row.length > header.length) return { value: WRONG_SHAPE, id: null };
    const value = Object.fromEntries(
      columns.flatMap(({ name, index, read }) => {
        const cell = row[index] ?? "";
        return cell === "" ? [] : [[name, read(cell)]];
      }),
    );
    if (!isExport) return { value, id: null };
    const cells = new Map(
      columns.map(({ name, index }) => [name, row[index] ?? ""]),
    );
    return { value, id: row[0] || null, cells };
  });
  return sort(raw, (one) => one);
}

const WRONG_SHAPE = "wrong shape";

function checkNames(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  before: number,
): void {
  names.forEach((name, index) => {
    if (name && names.indexOf(name) !== index) {
      throw new CsvError({ kind: "twice", name });
    }
    if (!name && rows.some((row) => row[index + before])) {
      throw new CsvError({ kind: "unnamed", column: index + before + 1 });
    }
  });
}

/**
 * What becomes of an item that a row was exported from. A cell that reads as it was exported leaves
 * the value as it is: a text of digits, null, an empty text.
 */
export function asStored({ data, cells }: Found, stored: Data): Data {
  if (!cells) return data;
  return Object.fromEntries(
    [...cells].flatMap(([name, cell]): [string, Json][] => {
      const before = fieldOf(stored, name);
      if (before !== undefined && cellOf(before) === cell) {
        return [[name, before]];
      }
      const now = fieldOf(data, name);
      return now === undefined ? [] : [[name, now]];
    }),
  );
}

/** How to read a column: as one type that every value of it has, else as text. */
function reader(
  rows: readonly (readonly string[])[],
  index: number,
  isComma: boolean,
): (value: string) => Json {
  const values = rows.map((row) => row[index] ?? "").filter(Boolean);
  if (values.length === 0) return String;
  const numbers = (value: string) =>
    isComma ? decimalPoint(westernDigits(value)) : westernDigits(value);
  if (values.every((value) => isNumber(numbers(value)))) {
    return (value) => Number(numbers(value));
  }
  if (values.every((value) => /^(true|false)$/i.test(value))) {
    return (value) => value.toLowerCase() === "true";
  }
  if (values.every(isStructure)) return (value) => JSON.parse(value) as Json;
  return String;
}

/** A decimal comma as a point, unless it may mark thousands: `7,5`, not `1,500`. */
function decimalPoint(value: string): string {
  return value.replace(/^(-?\d+),(\d{1,2}|\d{4,})$/, "$1.$2");
}

/** Digits that mean a number: not a telephone number, not a postal code. */
function isNumber(value: string): boolean {
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(value);
}

/** Arabic-Indic digits (also the Persian ones) and their decimal mark as 0–9 and a point. */
export function westernDigits(text: string): string {
  return text
    .replace(/[\u0660-\u0669]/g, (one) => String(one.charCodeAt(0) - 0x660))
    .replace(/[\u06f0-\u06f9]/g, (one) => String(one.charCodeAt(0) - 0x6f0))
    .replace(/\u066b/g, ".")
    .replace(/\u066c/g, "");
}

function isStructure(value: string): boolean {
  if (!/^\s*[[{]/.test(value)) return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

/** A document before it is known whether it can be an item. */
interface Raw extends Omit<Found, "data"> {
  readonly value: Json;
}

function sort<Value>(
  values: readonly Value[],
  read: (value: Value) => Raw,
): Parsed {
  const found: Found[] = [];
  const skipped: Skipped[] = [];
  values.forEach((raw, index) => {
    const { value, ...origin } = read(raw);
    const reason = fault(value);
    if (reason) skipped.push({ row: index + 1, reason });
    else found.push({ data: value as Data, ...origin });
  });
  return { found, skipped };
}

function fault(value: Json): Reason | null {
  if (value === WRONG_SHAPE) return "shape";
  if (!isData(value)) return "object";
  if (depth(value) > limits.json_depth) return "deep";
  if (byteSize(value) > limits.item) return "large";
  return null;
}
