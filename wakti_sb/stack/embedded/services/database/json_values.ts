/**
 * JSON values on their way into json and jsonb columns and arguments.
 *
 * Lite reads text in such a place as JSON once and encodes some values before the driver does
 * it again: `{"d": {"a": 1}}` would arrive as a string, and the string "5" as a number. Encoding
 * exactly as often as Lite decodes makes every value arrive as it was sent.
 */

import type { Connection } from "@supabase/lite";

type Ast = Parameters<Connection["onPostgrestAST"]>[0];
type Catalog = Awaited<ReturnType<Connection["introspect"]>>;
type Row = Record<string, unknown>;

/** The request with its JSON values encoded for Lite. */
export function encodeJsonValues(ast: Ast, catalog: Catalog): Ast {
  if (ast.type === "rpc") return encodeArguments(ast, catalog);
  if (ast.from === undefined || ast.values == null) return ast;
  const columns = jsonColumns(catalog, ast.schema ?? "public", ast.from);
  if (columns.size === 0) return ast;
  const encodeRow = (row: unknown): unknown =>
    isRow(row) ? mapValues(row, columns, (value) => twice(value)) : row;
  const values = Array.isArray(ast.values)
    ? ast.values.map(encodeRow) as object[]
    : encodeRow(ast.values) as object;
  return { ...ast, values };
}

function encodeArguments(ast: Ast, catalog: Catalog): Ast {
  if (!isRow(ast.args) || "_raw" in ast.args) return ast;
  const given = Object.keys(ast.args);
  const json = new Set<string>();
  for (const one of catalog.functions ?? []) {
    if (one.schema !== (ast.schema ?? "public") || one.name !== ast.function) {
      continue;
    }
    if (!given.every((name) => one.arg_names.includes(name))) continue;
    one.arg_names.forEach((name, place) => {
      if (isJson(one.arg_types[place])) json.add(name);
    });
  }
  return { ...ast, args: mapValues(ast.args, json, (v) => JSON.stringify(v)) };
}

function jsonColumns(
  catalog: Catalog,
  schema: string,
  table: string,
): Set<string> {
  const found = catalog.columns.filter((column) =>
    column.table === table && column.schema === schema && isJson(column.type)
  );
  return new Set(found.map((column) => column.name));
}

function mapValues(
  row: Row,
  names: ReadonlySet<string>,
  encode: (value: unknown) => string,
): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      // As in PostgREST, a JSON null is an SQL null.
      names.has(name) && value !== null ? encode(value) : value,
    ]),
  );
}

/** Lite undoes one encoding of a column's text; the other is for the driver. */
function twice(value: unknown): string {
  return JSON.stringify(JSON.stringify(value));
}

function isJson(type: string | undefined): boolean {
  return type === "json" || type === "jsonb";
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
