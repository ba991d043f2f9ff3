/** CSV and JSON files as documents, with a reason for each row that is left out. */

import { type Data, depth, isData, type Json } from "../api/json.ts";
import { readCsv } from "./csv.ts";

/** The platform's limits for one item. */
export const MAX_ITEM_BYTES = 262_144;
export const MAX_DEPTH = 32;
export const MAX_FILE_BYTES = 20 * 1024 * 1024;

export type Reason = "shape" | "object" | "large" | "deep";

export interface Skipped {
  /** Counted from 1, without the line of names. */
  readonly row: number;
  readonly reason: Reason;
}

export interface Parsed {
  readonly documents: readonly Data[];
  readonly skipped: readonly Skipped[];
}

/** Bytes of a value as the API counts them. */
export function byteSize(value: Json): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** Reads a JSON text: a list of objects, or one object. Throws SyntaxError. */
export function parseJson(text: string): Parsed {
  const value = JSON.parse(text.replace(/^\ufeff/, "")) as Json;
  return sort(Array.isArray(value) ? value : [value], unwrapped);
}

/** Our own JSON export wraps a document in the columns of its row. */
function unwrapped(value: Json): Json {
  const isExport = isData(value) && isData(value.data) &&
    "created_at" in value && "id" in value;
  return isExport ? value.data as Data : value;
}

/** Columns of our own CSV export that are the row's, not the document's. */
const OWN = new Set(["id", "sort_order", "created_at", "updated_at"]);

/** Reads a CSV text with a line of field names; types are seen from the values. */
export function parseCsv(text: string): Parsed {
  const [header = [], ...rows] = readCsv(text);
  const isExport = [...OWN].every((name) => header.includes(name));
  const fitting = rows.filter((row) => row.length <= header.length);
  const columns = header.map((name, index) => ({
    name: name.trim(),
    index,
    read: reader(fitting, index),
  })).filter(({ name }) => name && !(isExport && OWN.has(name)));
  const documents = rows.map((row): Json => {
    if (row.length > header.length) return WRONG_SHAPE;
    return Object.fromEntries(columns.flatMap(({ name, index, read }) => {
      const value = row[index] ?? "";
      return value === "" ? [] : [[name, read(value)]];
    }));
  });
  return sort(documents, (value) => value);
}

const WRONG_SHAPE = "wrong shape";

/** How to read a column: as one type that every value of it has, else as text. */
function reader(
  rows: readonly (readonly string[])[],
  index: number,
): (value: string) => Json {
  const values = rows.map((row) => row[index] ?? "").filter(Boolean);
  if (values.length === 0) return String;
  if (values.every(isNumber)) return Number;
  if (values.every((value) => /^(true|false)$/i.test(value))) {
    return (value) => value.toLowerCase() === "true";
  }
  if (values.every(isStructure)) return (value) => JSON.parse(value) as Json;
  return String;
}

/** Digits that mean a number: not a telephone number, not a postal code. */
function isNumber(value: string): boolean {
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(value);
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

function sort(values: readonly Json[], read: (value: Json) => Json): Parsed {
  const documents: Data[] = [];
  const skipped: Skipped[] = [];
  values.forEach((raw, index) => {
    const value = read(raw);
    const reason = fault(value);
    if (reason) skipped.push({ row: index + 1, reason });
    else documents.push(value as Data);
  });
  return { documents, skipped };
}

function fault(value: Json): Reason | null {
  if (value === WRONG_SHAPE) return "shape";
  if (!isData(value)) return "object";
  if (depth(value) > MAX_DEPTH) return "deep";
  if (byteSize(value) > MAX_ITEM_BYTES) return "large";
  return null;
}
