/** Lists as files: CSV for spreadsheets, JSON for programs. */

import type { Page } from "../api/client.ts";
import { type Data, fieldOf, isData, type Json } from "../api/json.ts";
import { writeCsv } from "./csv.ts";

export type Format = "csv" | "json";

const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  csv: "text/csv;charset=utf-8",
  json: "application/json",
};

/** A row of an export: columns of the list's own, and a visitor's document. */
export interface Exported {
  readonly own: Data;
  readonly data: Json;
}

/** Gathers a list that comes in portions, telling how far it is. */
export async function gather<Row>(
  portions: AsyncIterable<Page<Row>>,
  onProgress: (part: number) => void,
): Promise<Row[]> {
  const all: Row[] = [];
  for await (const { rows, total } of portions) {
    all.push(...rows);
    onProgress(total === 0 ? 1 : Math.min(1, all.length / total));
  }
  return all;
}

/** The text of an export file. */
export function render(rows: readonly Exported[], format: Format): string {
  if (format === "json") {
    const documents = rows.map(({ own, data }) => ({ ...own, data }));
    return `${JSON.stringify(documents, null, 2)}\n`;
  }
  const own = [...new Set(rows.flatMap((row) => Object.keys(row.own)))];
  const fields = [
    ...new Set(rows.flatMap(({ data }) => Object.keys(asData(data)))),
  ];
  return writeCsv(
    [...own, ...fields],
    rows.map((row) => {
      const data = asData(row.data);
      return [
        ...own.map((name) => fieldOf(row.own, name)),
        ...fields.map((name) => fieldOf(data, name)),
      ];
    }),
  );
}

function asData(value: Json): Data {
  return isData(value) ? value : { value };
}

/** Hands a text to the browser as a download. */
export function download(name: string, format: Format, text: string): void {
  const file = new Blob([text], { type: MEDIA_TYPES[format] });
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name}-${new Date().toISOString().slice(0, 10)}.${format}`;
  document.body.append(link);
  link.click();
  link.remove();
  // The download has to begin before its address may go.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
