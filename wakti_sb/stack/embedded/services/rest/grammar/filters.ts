/** Filters: `eq.5`, `not.in.(1,2)`, `fts(english).cat`, `like(any).{a*,b*}`. */

import type { Filter, Operation } from "./ast.ts";
import { delimiter, field, identifier, quotedValue, spaced } from "./names.ts";
import {
  always,
  attempt,
  between,
  either,
  label,
  listOf,
  many,
  map,
  maybe,
  noneOf,
  notBefore,
  type Parser,
  sequence,
  sign,
  then,
  word,
} from "./parser.ts";

/** Operators with one value, in the order in which they are tried. */
const COMPARISONS = {
  neq: "<>",
  cs: "@>",
  cd: "<@",
  ov: "&&",
  sl: "<<",
  sr: ">>",
  nxr: "&<",
  nxl: "&>",
  adj: "-|-",
};

/** Operators that can also be asked of any or of all values of a list. */
const QUANTIFIED = {
  eq: "=",
  gte: ">=",
  gt: ">",
  lte: "<=",
  lt: "<",
  like: "like",
  ilike: "ilike",
  match: "~",
  imatch: "~*",
};

const SEARCHES = {
  fts: "to_tsquery",
  plfts: "plainto_tsquery",
  phfts: "phraseto_tsquery",
  wfts: "websearch_to_tsquery",
};

const IS_VALUES = {
  null: "NULL",
  not_null: "NOT NULL",
  true: "TRUE",
  false: "FALSE",
  unknown: "UNKNOWN",
};

/** One of the names of a table, as its value there. */
function named(
  table: Readonly<Record<string, string>>,
  read: (name: string) => Parser<string> = word,
): Parser<string> {
  return either(
    ...Object.entries(table).map(([name, value]) =>
      map(attempt(read(name)), () => value)
    ),
  );
}

function anyCase(name: string): Parser<string> {
  const letters = [...name].map((letter) =>
    either(sign(letter), sign(letter.toUpperCase()))
  );
  return map(sequence<string[]>(...letters), (parts) => parts.join(""));
}

/** A value of a list: ends at a comma or at the closing parenthesis, unless it is quoted. */
export const listElement: Parser<string> = either(
  attempt(then(
    quotedValue,
    (value) => map(notBefore(noneOf(",)")), () => value),
  )),
  map(many(noneOf(",)")), (parts) => parts.join("")),
);

const listValue: Parser<string[]> = then(
  spaced(sign("(")),
  () =>
    then(
      listOf(listElement, sign(",")),
      (values) => map(spaced(sign(")")), () => values),
    ),
);

const opened = (name: string) => attempt(then(word(name), () => delimiter));

/**
 * An operator and its value.
 *
 * @param value How far a single value goes: to the end, or to the end of its place in a list.
 */
export function operation(value: Parser<string>): Parser<Operation> {
  const isIn = then(
    opened("in"),
    () => map(listValue, (values): Operation => ({ kind: "in", values })),
  );
  const isValue = label(
    named(IS_VALUES, anyCase),
    "isVal: (null, not_null, true, false, unknown)",
  );
  const is = then(
    opened("is"),
    () => map(isValue, (value): Operation => ({ kind: "is", value })),
  );
  const distinct = then(
    opened("isdistinct"),
    () => map(value, (value): Operation => ({ kind: "distinct", value })),
  );
  const inParentheses = <T>(parser: Parser<T>) =>
    maybe(attempt(between(sign("("), sign(")"), parser)));
  const search = then(
    named(SEARCHES),
    (name) =>
      then(
        inParentheses(identifier),
        (language) =>
          then(delimiter, () =>
            map(value, (value): Operation => ({
              kind: "search",
              function: name,
              language,
              value,
            }))),
      ),
  );
  const compare = then(
    label(named(COMPARISONS), "unknown single value operator"),
    (operator) =>
      then(
        delimiter,
        () =>
          map(value, (value): Operation => ({
            kind: "compare",
            operator,
            value,
          })),
      ),
  );
  const quantifier = either<"any" | "all">(
    map(attempt(word("any")), () => "any"),
    map(word("all"), () => "all"),
  );
  const quantified = then(
    label(named(QUANTIFIED), "unknown single value operator"),
    (operator) =>
      then(
        inParentheses(quantifier),
        (quantifier) =>
          then(delimiter, () =>
            map(value, (value): Operation => ({
              kind: "quantified",
              operator,
              quantifier,
              value,
            }))),
      ),
  );
  return label(
    either(
      isIn,
      is,
      distinct,
      attempt(search),
      attempt(compare),
      attempt(quantified),
    ),
    "operator (eq, gt, ...)",
  );
}

export type Expression = Omit<Filter, "field">;

const PLAIN = new RegExp(
  `^(not\\.)?(${
    [...Object.keys(COMPARISONS), ...Object.keys(QUANTIFIED)].join("|")
  })\\.([^]*)$`,
);

/** The commonest expressions without the long way through the grammar; null for all others. */
export function plainExpression(text: string): Expression | null {
  const match = PLAIN.exec(text);
  if (match === null) return null;
  const [, not, name, value] = match as unknown as readonly string[];
  const negated = not !== undefined;
  const comparison = COMPARISONS[name as keyof typeof COMPARISONS];
  const operation: Operation = comparison !== undefined
    ? { kind: "compare", operator: comparison, value: value! }
    : {
      kind: "quantified",
      operator: QUANTIFIED[name as keyof typeof QUANTIFIED],
      quantifier: null,
      value: value!,
    };
  return { negated, operation };
}

/** `not.` or nothing, then the operation. */
export function expression(value: Parser<string>): Parser<Expression> {
  const negation = either<boolean>(
    map(attempt(then(word("not"), () => delimiter)), () => true),
    always(false),
  );
  return then(
    negation,
    (negated) => map(operation(value), (operation) => ({ negated, operation })),
  );
}

const textOfArray: Parser<string> = map(
  sequence<[string, string[], string]>(
    word("{"),
    many(noneOf("{}")),
    word("}"),
  ),
  ([, inner]) => `{${inner.join("")}}`,
);

/** A single value inside `and(…)` or `or(…)`. */
const valueInLogic: Parser<string> = either(
  attempt(then(
    quotedValue,
    (value) => map(notBefore(noneOf(",)")), () => value),
  )),
  attempt(textOfArray),
  map(many(noneOf(",)")), (parts) => parts.join("")),
);

/** `id.eq.5`, as it stands inside `and(…)` or `or(…)`. */
export const filterInLogic: Parser<Filter> = then(
  field,
  (field) =>
    then(
      delimiter,
      () => map(expression(valueInLogic), (said) => ({ field, ...said })),
    ),
);
