/** Parameters that the operations of OpenAPI refer to. */

import type { Table } from "../schema/model.ts";

export function parametersOf(tables: readonly Table[]) {
  return Object.fromEntries([...COMMON, ...tables.flatMap(ofTable)]);
}

function prefer(...values: readonly string[]) {
  return {
    name: "Prefer",
    description: "Preference",
    required: false,
    enum: values.length === 0 ? undefined : values,
    in: "header",
    type: "string",
  };
}

function inQuery(name: string, description: string | undefined) {
  return { name, description, required: false, in: "query", type: "string" };
}

function inHeader(name: string, preset?: string) {
  return {
    name,
    description: "Limiting and Pagination",
    required: false,
    in: "header",
    type: "string",
    default: preset,
  };
}

const RETURN = ["return=representation", "return=minimal", "return=none"];
const RESOLUTION = [
  "resolution=ignore-duplicates",
  "resolution=merge-duplicates",
];
const PAGES = "Limiting and Pagination";

const COMMON: readonly (readonly [name: string, parameter: unknown])[] = [
  ["preferParams", prefer()],
  ["preferReturn", prefer(...RETURN)],
  ["preferCount", prefer("count=none")],
  ["preferPost", prefer(...RETURN, ...RESOLUTION)],
  ["select", inQuery("select", "Filtering Columns")],
  ["on_conflict", inQuery("on_conflict", "On Conflict")],
  ["order", inQuery("order", "Ordering")],
  ["range", inHeader("Range")],
  ["rangeUnit", inHeader("Range-Unit", "items")],
  ["offset", inQuery("offset", PAGES)],
  ["limit", inQuery("limit", PAGES)],
];

function ofTable({ name, columns }: Table): [string, unknown][] {
  const body = {
    name,
    description: name,
    required: false,
    in: "body",
    schema: { $ref: `#/definitions/${name}` },
  };
  return [
    [`body.${name}`, body],
    ...[...columns.values()].map((column): [string, unknown] => [
      `rowFilter.${name}.${column.name}`,
      inQuery(column.name, column.description ?? undefined),
    ]),
  ];
}
