/** What a list asks of a collection beyond its own order: filters, a text, fields, an order. */
import { type JsonObject, queryOf } from "./body.ts";
import { ApiError } from "./errors.ts";
import { limits } from "./settings.ts";

/** The words that stand in front of a field: `gte.price=10`. */
export const filterWords = [
  "where",
  "not",
  "gt",
  "gte",
  "lt",
  "lte",
  "in",
  "has",
] as const;

type Word = typeof filterWords[number];

/** A word, its field, its value, and the value as a number where an order may compare it as one. */
type Filter = readonly [Word, string, string | readonly string[], number?];

/** The question as the database takes it; a key that is missing asks for nothing. */
export interface Question {
  filters?: readonly Filter[];
  search?: string;
  fields?: readonly string[];
  order?: string;
  field?: string;
  descending?: boolean;
}

/** The parameters of a list that have passed the schema. */
interface Asked {
  readonly order?: string | undefined;
  readonly search?: string | undefined;
  readonly fields?: string | undefined;
}

const ordered: ReadonlySet<Word> = new Set(["gt", "gte", "lt", "lte"]);

/** A number as JSON writes it, within what JavaScript can hold. */
const isNumber = (text: string): boolean =>
  /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,3})?$/.test(text) &&
  Number.isFinite(Number(text));

/** What a list asks; null for a collection in its own order, whole. */
export function questionIn(
  request: Request,
  input: JsonObject,
  asked: Asked,
): Question | null {
  const question: Question = {
    ...(Object.keys(input).some((key) => key.includes("."))
      ? { filters: filtersIn(request) }
      : {}),
    ...(asked.search ? { search: asked.search } : {}),
    ...(asked.fields === undefined ? {} : { fields: fieldsIn(asked.fields) }),
    ...(asked.order === undefined ? {} : orderIn(asked.order)),
  };
  return Object.keys(question).length === 0 ? null : question;
}

/** Read once more from the address, since the input holds the last of two fields of one name. */
function filtersIn(request: Request): readonly Filter[] {
  const filters = new Map<string, Filter>();
  for (const [key, value] of queryOf(request)) {
    const dot = key.indexOf(".");
    if (dot < 0) continue;
    const word = filterWords.find((known) => known === key.slice(0, dot));
    if (word === undefined) throw new ApiError("invalid_field", unknownWord);
    const field = key.slice(dot + 1);
    if (
      !isField(field) || !isValue(value) || filters.has(key) ||
      filters.size === limits.filters
    ) throw new ApiError("invalid_field", unsound);
    filters.set(key, filterOf(word, field, value));
  }
  return [...filters.values()];
}

const unknownWord = `A filter is one of ${
  filterWords.map((word) => `${word}.FIELD`).join(", ")
}`;

const unsound =
  `A list takes at most ${limits.filters} different filters, each with a field of at most ${limits.fieldChars} characters and a value of at most ${limits.valueChars}`;

function filterOf(word: Word, field: string, value: string): Filter {
  if (word === "in") return [word, field, value.split(",")];
  return ordered.has(word) && isNumber(value)
    ? [word, field, value, Number(value)]
    : [word, field, value];
}

/** The names between the commas. */
export function fieldsIn(fields: string): readonly string[] {
  const names = [...new Set(fields.split(",").map((name) => name.trim()))];
  if (!names.every(isField)) {
    throw new ApiError(
      "invalid_field",
      `fields takes names of at most ${limits.fieldChars} characters, with commas between them`,
    );
  }
  return names;
}

function isField(name: string): boolean {
  return name !== "" && name.length <= limits.fieldChars && isValue(name);
}

function isValue(value: string): boolean {
  return value.length <= limits.valueChars && !value.includes("\0");
}

/** What `order` asks for; the schema has seen to its form. */
function orderIn(order: string): Question {
  const descending = order.endsWith(".desc");
  const column = order.replace(/\.(asc|desc)$/, "");
  return column.startsWith("data.")
    ? { order: "data", field: column.slice("data.".length), descending }
    : { order: column, descending };
}
