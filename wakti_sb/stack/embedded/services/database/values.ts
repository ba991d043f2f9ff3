/**
 * PostgreSQL's text for a value, as the JSON that clients expect.
 *
 * The driver hands over PostgreSQL's own text. PostgREST and GoTrue send RFC 3339 times, and
 * numbers with every digit they were stored with.
 */

import { parse as parseArray } from "postgres-array";

type Parser = (text: string) => unknown;

/**
 * `2026-11-22 20:03:36.5+00` as `2026-11-22T20:03:36.5+00:00`.
 *
 * What has no place in RFC 3339 (`infinity`, years BC) stays as it is.
 */
export function rfc3339(text: string): string {
  const match = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-][\d:]+)?$/
    .exec(text);
  if (!match) return text;
  const [, date, time, zone = ""] = match;
  return `${date}T${time}${/^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone}`;
}

/**
 * A number, or what JSON.stringify writes as one where JavaScript's numbers are too short. NaN
 * and the infinities stay text: JSON has no word for them.
 */
export function exactNumber(text: string): unknown {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
  const shortest = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  const number = Number(text);
  return String(number) === shortest ? number : rawJson(text);
}

// TypeScript does not know JSON.rawJSON yet.
const { rawJSON: rawJson } = JSON as unknown as {
  rawJSON(text: string): unknown;
};

function float(text: string): unknown {
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

const unchanged: Parser = (text) => text;

/** Parsers by the OID of their type, with the OID of its array type. */
const TYPES: readonly (readonly [oid: number, array: number, Parser])[] = [
  [16, 1000, (text) => text === "t"], // boolean
  [17, 1001, unchanged], // bytea
  [19, 1003, unchanged], // name
  [20, 1016, exactNumber], // bigint
  [21, 1005, Number], // smallint
  [23, 1007, Number], // integer
  [25, 1009, unchanged], // text
  [26, 1028, Number], // oid
  [114, 199, JSON.parse], // json
  [700, 1021, float], // real
  [701, 1022, float], // double precision
  [1042, 1014, unchanged], // character
  [1043, 1015, unchanged], // character varying
  [1082, 1182, unchanged], // date
  [1083, 1183, unchanged], // time
  [1114, 1115, rfc3339], // timestamp
  [1184, 1185, rfc3339], // timestamptz
  [1700, 1231, exactNumber], // numeric
  [2950, 2951, unchanged], // uuid
  [3802, 3807, JSON.parse], // jsonb
];

const PARSERS = new Map<number, Parser>(
  TYPES.flatMap(([oid, array, parse]) => [
    [oid, parse],
    [array, (text) => parseArray(text, parse)],
  ]),
);

/** How to read a type. */
export function parserOf(oid: number): Parser {
  return PARSERS.get(oid) ?? unchanged;
}
