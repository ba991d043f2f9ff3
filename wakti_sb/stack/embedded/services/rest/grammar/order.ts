/** `order=name.desc.nullslast,clients(name)`. */

import type { OrderTerm } from "./ast.ts";
import { delimiter, field, fieldName, spaced } from "./names.ts";
import {
  ahead,
  attempt,
  between,
  either,
  end,
  listOf,
  map,
  maybe,
  type Parser,
  sign,
  then,
  word,
} from "./parser.ts";

const after = (text: string) => attempt(then(delimiter, () => word(text)));

const direction = either<"ASC" | "DESC">(
  map(after("asc"), () => "ASC"),
  map(after("desc"), () => "DESC"),
);

const nulls = either<"FIRST" | "LAST">(
  map(after("nullsfirst"), () => "FIRST"),
  map(after("nullslast"), () => "LAST"),
);

const ending: Parser<unknown> = either<unknown>(
  attempt(ahead(sign(","))),
  attempt(end),
);

function termOf(
  head: Parser<Pick<OrderTerm, "relation" | "field">>,
): Parser<OrderTerm> {
  return then(
    head,
    (one) =>
      then(maybe(direction), (direction) =>
        either<OrderTerm>(
          then(
            maybe(nulls),
            (nulls) => map(ending, () => ({ ...one, direction, nulls })),
          ),
          map(ending, () => ({ ...one, direction, nulls: null })),
        )),
  );
}

const relatedTerm = termOf(
  then(
    fieldName,
    (relation) =>
      map(between(sign("("), sign(")"), field), (field) => ({
        relation,
        field,
      })),
  ),
);

const ownTerm = termOf(map(field, (field) => ({ relation: null, field })));

export const orderList: Parser<OrderTerm[]> = listOf(
  spaced(either(attempt(relatedTerm), ownTerm)),
  sign(","),
);
