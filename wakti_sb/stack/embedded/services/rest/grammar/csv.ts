/** CSV as RFC 4180 has it, with names in the first line. */

type Row = Record<string, string | null>;

/** A text that is no CSV; the message says why. */
export class CsvError extends Error {}

/** The rows, in which the word NULL is no value. Throws CsvError. */
export function readCsv(text: string): Row[] {
  const [names, ...records] = recordsOf(text);
  if (names === undefined) {
    throw new CsvError('parse error (not enough input) at ""');
  }
  return records.map((fields) => {
    if (fields.length !== names.length) {
      throw new CsvError("All lines must have same number of fields");
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
    if (match === null) throw new CsvError("The body is not valid CSV");
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
