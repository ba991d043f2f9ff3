/** CSV as RFC 4180 has it, with names in the first line. */

import { invalidBody } from "../answer/errors.ts";

type Row = Record<string, string | null>;

/** The rows, in which the word NULL is no value. Throws Problem. */
export function readCsv(text: string): Row[] {
  const [names, ...records] = recordsOf(text);
  if (names === undefined) {
    throw invalidBody('parse error (not enough input) at ""');
  }
  return records.map((fields) => {
    if (fields.length !== names.length) {
      throw invalidBody("All lines must have same number of fields");
    }
    return Object.fromEntries(
      names.map((name, place) => {
        const value = fields[place]!;
        return [name, value === "NULL" ? null : value];
      }),
    );
  });
}

function recordsOf(text: string): string[][] {
  const records: string[][] = [];
  // A field, quoted or not, and what ends it.
  const pattern = /(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r\n|\n|\r|$)/y;
  let fields: string[] = [];
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) throw invalidBody("The body is not valid CSV");
    const [whole, quoted, plain, ending] = match;
    fields.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    at += whole.length;
    if (ending === ",") {
      if (at === text.length) fields.push("");
      else continue;
    }
    // A line with nothing on it is no record.
    if (fields.length > 1 || fields[0] !== "" || quoted !== undefined) {
      records.push(fields);
    }
    fields = [];
  }
  return records;
}
