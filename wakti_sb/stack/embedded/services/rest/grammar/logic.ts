/** `and=(…)` and `or=(…)`: filters joined by logic, to any depth. */

import type { EmbedPath, LogicTree } from "./ast.ts";
import { filterInLogic } from "./filters.ts";
import { delimiter, fieldName, spaced } from "./names.ts";
import {
  always,
  attempt,
  either,
  label,
  listOf,
  map,
  type Parser,
  sign,
  then,
  word,
} from "./parser.ts";

const negation: Parser<boolean> = label(
  either(
    map(attempt(then(word("not"), () => delimiter)), () => true),
    always(false),
  ),
  "negation operator (not)",
);

const operator = label(
  either<"AND" | "OR">(
    map(attempt(word("and")), () => "AND"),
    map(word("or"), () => "OR"),
  ),
  "logic operator (and, or)",
);

const members: Parser<LogicTree[]> = (text, at) =>
  then(
    spaced(sign("(")),
    () =>
      then(
        listOf(logicTree, spaced(sign(","))),
        (found) => map(spaced(sign(")")), () => found),
      ),
  )(text, at);

export const logicTree: Parser<LogicTree> = either<LogicTree>(
  map(attempt(filterInLogic), (filter) => ({ kind: "filter", filter })),
  then(
    negation,
    (negated) =>
      then(operator, (operator) =>
        map(members, (members) => ({
          kind: "group",
          negated,
          operator,
          members,
        }))),
  ),
);

/** `clients.not.or`: whose logic it is, and its operator with the negation before it. */
export const logicPath: Parser<{ path: EmbedPath; operator: string }> = map(
  listOf(fieldName, delimiter),
  (names) => {
    const last = names.at(-1)!;
    return {
      path: names.slice(0, -1).filter((name) => name !== "not"),
      operator: names.includes("not") ? `not.${last}` : last,
    };
  },
);
