/** `select=`: columns, casts, aggregates, embedded resources. */

import type { Aggregate, Join, SelectItem } from "./ast.ts";
import { alias, field, fieldName, identifier, spaced } from "./names.ts";
import {
  ahead,
  always,
  attempt,
  between,
  either,
  end,
  listOf,
  map,
  maybe,
  never,
  type Parser,
  sequence,
  sign,
  then,
  word,
} from "./parser.ts";

type EmbedParameter =
  | { readonly kind: "join"; readonly join: Join }
  | { readonly kind: "hint"; readonly hint: string };

const embedParameter: Parser<EmbedParameter> = then(
  sign("!"),
  () =>
    either<EmbedParameter>(
      map(attempt(word("left")), () => ({ kind: "join", join: "left" })),
      map(attempt(word("inner")), () => ({ kind: "join", join: "inner" })),
      attempt(map(fieldName, (hint) => ({ kind: "hint", hint }))),
    ),
);

interface EmbedParameters {
  readonly hint: string | null;
  readonly join: Join | null;
}

const embedParameters: Parser<EmbedParameters> = map(
  sequence<[EmbedParameter | null, EmbedParameter | null]>(
    maybe(embedParameter),
    maybe(embedParameter),
  ),
  (given) => ({
    hint: given.find((one) => one?.kind === "hint")?.hint ?? null,
    join: given.find((one) => one?.kind === "join")?.join ?? null,
  }),
);

type Embed = Omit<SelectItem & { kind: "relation" | "spread" }, "items">;

const opening = attempt(ahead(word("(")));

const relation: Parser<Embed> = spaced(
  then(alias, (alias) =>
    then(fieldName, (name) =>
      then(
        name === "count" ? never : always(null),
        () =>
          then(embedParameters, ({ hint, join }) =>
            map(opening, (): Embed => ({
              kind: "relation",
              name,
              alias,
              hint,
              join,
            }))),
      ))),
);

const spread: Parser<Embed> = spaced(
  then(
    word("..."),
    () =>
      then(
        fieldName,
        (name) =>
          then(embedParameters, ({ hint, join }) =>
            map(opening, (): Embed => ({
              kind: "spread",
              name,
              alias: null,
              hint,
              join,
            }))),
      ),
  ),
);

const ending: Parser<unknown> = either<unknown>(
  attempt(ahead(word(")"))),
  attempt(ahead(word(","))),
  attempt(end),
);

const cast: Parser<string | null> = maybe(then(word("::"), () => identifier));

const aggregateName = either<Aggregate>(
  map(word("sum"), () => "sum"),
  map(word("avg"), () => "avg"),
  map(word("count"), () => "count"),
  map(attempt(word("max")), () => "max"),
  map(attempt(word("min")), () => "min"),
);

const aggregate: Parser<Aggregate | null> = maybe(attempt(
  then(
    sign("."),
    () => then(aggregateName, (name) => map(word("()"), () => name)),
  ),
));

const everything = { name: "*", path: [] };
const plain = {
  kind: "field",
  aggregate: null,
  aggregateCast: null,
  cast: null,
  alias: null,
} as const;

const star: Parser<SelectItem> = then(
  word("*"),
  () => map(ending, () => ({ ...plain, field: everything })),
);

const countOfRows: Parser<SelectItem> = then(
  alias,
  (alias) =>
    then(
      word("count()"),
      () =>
        then(cast, (aggregateCast) =>
          map(ending, () => ({
            ...plain,
            field: everything,
            aggregate: "count",
            aggregateCast,
            alias,
          }))),
    ),
);

const selectField: Parser<SelectItem> = spaced(either<SelectItem>(
  attempt(star),
  attempt(countOfRows),
  then(
    alias,
    (alias) =>
      then(
        field,
        (field) =>
          then(cast, (cast1) =>
            then(aggregate, (aggregate) =>
              then(cast, (aggregateCast) =>
                map(ending, (): SelectItem => ({
                  kind: "field",
                  field,
                  aggregate,
                  aggregateCast,
                  cast: cast1,
                  alias,
                }))))),
      ),
  ),
));

const nested: Parser<SelectItem[]> = (text, at) =>
  between(sign("("), sign(")"), selectList)(text, at);

const embed = (head: Parser<Embed>): Parser<SelectItem> =>
  then(attempt(head), (one) => map(nested, (items) => ({ ...one, items })));

const selectItem: Parser<SelectItem> = either<SelectItem>(
  embed(spread),
  embed(relation),
  selectField,
);

/** Also nothing at all. */
export const selectList: Parser<SelectItem[]> = either<SelectItem[]>(
  listOf(selectItem, spaced(sign(","))),
  always([]),
);
