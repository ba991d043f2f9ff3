/** Names of fields, values in quotes and paths into JSON. */

import type { EmbedPath, Field, JsonStep } from "./ast.ts";
import {
  ahead,
  always,
  attempt,
  between,
  character,
  either,
  end,
  label,
  listOf,
  many,
  map,
  maybe,
  noneOf,
  notBefore,
  oneOf,
  type Parser,
  sequence,
  sign,
  some,
  then,
  word,
} from "./parser.ts";

const letter = label(character((one) => /\p{L}/u.test(one)), "letter");
export const digit: Parser<string> = label(
  character((one) => one >= "0" && one <= "9"),
  "digit",
);

const spaces = many(oneOf(" \t"));

/** With spaces around it. */
export function spaced<T>(parser: Parser<T>): Parser<T> {
  return between(spaces, spaces, parser);
}

export const delimiter: Parser<string> = label(sign("."), "delimiter (.)");

/** Text between double quotes; a backslash takes the next character as it is. */
export const quotedValue: Parser<string> = map(
  between(
    sign('"'),
    sign('"'),
    many(either(noneOf('\\"'), then(sign("\\"), () => character(() => true)))),
  ),
  (parts) => parts.join(""),
);

/** Letters, digits, spaces, `_` and `$`. */
export const identifier: Parser<string> = map(
  some(either(letter, digit, oneOf("_ $"))),
  (parts) => parts.join("").trim(),
);

const dash: Parser<string> = attempt(
  then(sign("-"), () => map(notBefore(sign(">")), () => "-")),
);

function dashed(parser: Parser<string>): Parser<string> {
  return map(listOf(parser, dash), (parts) => parts.join("-"));
}

export const fieldName: Parser<string> = label(
  either(quotedValue, dashed(identifier)),
  "field name (* or [a..z0..9_$])",
);

const jsonKey: Parser<string> = label(
  either(
    quotedValue,
    dashed(map(some(noneOf("(-:.,>)")), (parts) => parts.join("").trim())),
  ),
  "any non reserved character different from: .,>()",
);

const afterIndex: Parser<unknown> = either<unknown>(
  attempt(ahead(word("->"))),
  attempt(ahead(word("::"))),
  attempt(ahead(word("."))),
  attempt(ahead(word(","))),
  attempt(end),
);

type Operand = Omit<JsonStep, "arrow">;

const jsonIndex: Parser<Operand> = then(
  sequence<[string, string[]]>(
    either(sign("-"), always("+")),
    some(digit),
  ),
  ([minus, digits]) =>
    map(afterIndex, () => ({ kind: "index", value: minus + digits.join("") })),
);

const jsonOperand: Parser<Operand> = either<Operand>(
  attempt(jsonIndex),
  attempt(map(jsonKey, (value) => ({ kind: "key", value }))),
);

const arrow = either<JsonStep["arrow"]>(
  map(attempt(word("->>")), () => "->>"),
  map(attempt(word("->")), () => "->"),
);

export const jsonPath: Parser<JsonStep[]> = many(
  then(
    arrow,
    (arrow) => map(jsonOperand, (operand) => ({ arrow, ...operand })),
  ),
);

const fieldAndPath: Parser<Field> = map(
  sequence<[string, JsonStep[]]>(fieldName, either(jsonPath, always([]))),
  ([name, path]) => ({ name, path }),
);

export const field: Parser<Field> = spaced(fieldAndPath);

/** `alias:`, but not the first colon of `::`. */
export const alias: Parser<string | null> = maybe(
  attempt(
    then(
      fieldName,
      (name) => then(sign(":"), () => map(notBefore(sign(":")), () => name)),
    ),
  ),
);

/** `clients.projects.name->>key`: the resource and its field. */
export const treePath: Parser<{ path: EmbedPath; field: Field }> = map(
  sequence<[string[], JsonStep[]]>(
    listOf(fieldName, delimiter),
    either(jsonPath, always([])),
  ),
  ([names, path]) => ({
    path: names.slice(0, -1),
    field: { name: names.at(-1)!, path },
  }),
);

/** A list of columns. */
export const columnList: Parser<string[]> = listOf(
  fieldName,
  spaced(sign(",")),
);
