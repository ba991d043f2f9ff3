/** CSV and JSON files as documents, with a reason for each row that is left out. */

import { type Data, depth, isData, type Json } from "../api/json.ts";
import { limits } from "../api/limits.ts";
import { CsvError, readCsv } from "./csv.ts";

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
}

export interface Parsed {
  readonly found: readonly Found[];
  readonly skipped: readonly Skipped[];
}

/** Bytes of a value as the API counts them. */
export function byteSize(value: Json): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** Reads a CSV or JSON text. Throws SyntaxError or CsvError. */
export function parse(text: string): Parsed {
  return /^\ufeff?\s*[[{]/.test(text) ? parseJson(text) : parseCsv(text);
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
function unwrapped(value: Json): { value: Json; id: string | null } {
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
 */
export function parseCsv(text: string): Parsed {
  const [header = [], ...rows] = readCsv(text);
  const names = header.map((name) => name.trim());
  // The export's own columns come first; a document may have an "id" of its own behind them.
  const isExport = OWN.every((name, index) => names[index] === name);
  const own = isExport ? OWN.length : 0;
  checkNames(names.slice(own), rows, own);
  const fitting = rows.filter((row) => row.length <= header.length);
  const columns = names.map((name, index) => ({
    name,
    index,
    read: reader(fitting, index),
  })).filter(({ name, index }) => name && index >= own);
  const raw = rows.map((row): { value: Json; id: string | null } => {
    if (row.length > header.length) return { value: WRONG_SHAPE, id: null };
    const value = Object.fromEntries(
      columns.flatMap(({ name, index, read }) => {
        const cell = row[index] ?? "";
        return cell === "" ? [] : [[name, read(cell)]];
      }),
    );
    return { value, id: isExport ? row[0] || null : null };
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

/** How to read a column: as one type that every value of it has, else as text. */
function reader(
  rows: readonly (readonly string[])[],
  index: number,
): (value: string) => Json {
  const values = rows.map((row) => row[index] ?? "").filter(Boolean);
  if (values.length === 0) return String;
  if (values.every(isNumber)) return (value) => Number(westernDigits(value));
  if (values.every((value) => /^(true|false)$/i.test(value))) {
    return (value) => value.toLowerCase() === "true";
  }
  if (values.every(isStructure)) return (value) => JSON.parse(value) as Json;
  return String;
}

/** Digits that mean a number: not a telephone number, not a postal code. */
function isNumber(value: string): boolean {
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(westernDigits(value));
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

function sort<Raw>(
  values: readonly Raw[],
  read: (value: Raw) => { value: Json; id: string | null },
): Parsed {
  const found: Found[] = [];
  const skipped: Skipped[] = [];
  values.forEach((raw, index) => {
    const { value, id } = read(raw);
    const reason = fault(value);
    if (reason) skipped.push({ row: index + 1, reason });
    else found.push({ data: value as Data, id });
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
