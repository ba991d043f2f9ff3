/** PostgreSQL's types and comments as OpenAPI has them. */

const TYPES: Readonly<Record<string, string | undefined>> = {
  "boolean": "boolean",
  "smallint": "integer",
  "integer": "integer",
  "bigint": "integer",
  "numeric": "number",
  "real": "number",
  "double precision": "number",
};

/** Undefined for what can be anything. */
export function typeOf(type: string): string | undefined {
  if (type === "json" || type === "jsonb") return undefined;
  return TYPES[type] ?? (type.endsWith("[]") ? "array" : "string");
}

const FORMATS: Readonly<Record<string, string | undefined>> = {
  smallint: "int32",
  integer: "int32",
  bigint: "int64",
};

export function formatOf(type: string): string {
  return FORMATS[type] ?? type;
}

/** What a list consists of; undefined if it is none. */
export function itemsOf(type: string): { type?: string } | undefined {
  if (typeOf(type) !== "array") return undefined;
  const inner = typeOf(elementOf(type));
  return inner === undefined ? {} : { type: inner };
}

export function elementOf(type: string): string {
  return type.slice(0, -2);
}

/** The first line of a comment, and what follows it. */
export function firstLine(comment: string | null) {
  if (comment === null) return { title: undefined, text: undefined };
  const at = comment.indexOf("\n");
  if (at < 0) return { title: comment, text: undefined };
  const text = comment.slice(at).replace(/^\n+/, "");
  return { title: comment.slice(0, at), text: text === "" ? undefined : text };
}
