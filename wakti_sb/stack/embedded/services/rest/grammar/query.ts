/** Everything that the query string of a request says. */

import type {
  At,
  EmbedPath,
  Filter,
  LogicTree,
  OrderTerm,
  SelectItem,
} from "./ast.ts";
import { type Expression, expression, plainExpression } from "./filters.ts";
import { logicPath, logicTree } from "./logic.ts";
import { columnList, treePath } from "./names.ts";
import { orderList } from "./order.ts";
import { parse, type Parser, rest } from "./parser.ts";
import { canonical, type Pair, pairsOf } from "./query_string.ts";
import { fromLimits, type Range } from "./range.ts";
import { remembered } from "./remembered.ts";
import { selectList } from "./select.ts";

export interface Query {
  /** The parameters in their canonical order. */
  readonly canonical: string;
  /** Arguments of a function that is called with GET. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  readonly select: readonly SelectItem[];
  readonly filters: readonly At<Filter>[];
  /** Every name that a filter is given for, as it is spelled. */
  readonly filtered: ReadonlySet<string>;
  readonly logic: readonly At<LogicTree>[];
  readonly order: readonly At<readonly OrderTerm[]>[];
  readonly ranges: readonly At<Range>[];
  readonly columns: readonly string[] | null;
  readonly onConflict: readonly string[] | null;
}

const RESERVED = new Set(["select", "columns", "on_conflict"]);
const OF_ANY_RESOURCE = new Set(["order", "limit", "offset", "and", "or"]);

const wholeExpression: Parser<Expression> = expression(rest);

/**
 * Reads a query string. Throws GrammarError or EncodingError.
 *
 * @param takesArguments Whether what is no filter is an argument: a function called with GET.
 */
export function readQuery(text: string, takesArguments: boolean): Query {
  const pairs = pairsOf(text);
  const given = pairs.filter(hasValue);
  const last = ({ name }: Pair) => name.split(".").at(-1)!;
  const named = (...names: string[]) =>
    given.filter((pair) => names.includes(last(pair)));
  const first = (name: string) =>
    pairs.find((pair) => pair.name === name)?.value ?? null;

  const order = named("order").map(({ name, value }) => ({
    path: pathOf(name),
    value: readOrder(value),
  }));
  const logic = named("and", "or").map(readLogic);
  const columns = readColumns(first("columns"), "columns");
  const items = readSelect(first("select") ?? "*");
  const filters: At<Filter>[] = [];
  const parameters: [string, string][] = [];
  const candidates = given.filter((pair) =>
    !RESERVED.has(pair.name) && !OF_ANY_RESOURCE.has(last(pair))
  );
  for (const { name, value } of candidates) {
    const { path, field } = treePathOf(name);
    const said = readExpression(value, takesArguments);
    if (said === null) parameters.push([field.name, value]);
    else filters.push({ path, value: { field, ...said } });
  }
  return {
    canonical: canonical(pairs),
    parameters,
    select: items,
    filters,
    filtered: new Set(candidates.map(({ name }) => name)),
    logic,
    order,
    ranges: readRanges(named("limit"), named("offset")),
    columns,
    onConflict: readColumns(first("on_conflict"), "on_conflict"),
  };
}

type Given = Pair & { readonly value: string };

function hasValue(pair: Pair): pair is Given {
  return pair.value !== null;
}

const readSelect = remembered((text) =>
  parse(selectList, `failed to parse select parameter (${text})`, text)
);

const readOrder = remembered((text) =>
  parse(orderList, `failed to parse order (${text})`, text)
);

function readLogic({ name, value }: Given): At<LogicTree> {
  const { path, operator } = parse(
    logicPath,
    `failed to parse logic path (${name})`,
    name,
  );
  return {
    path,
    value: parse(
      logicTree,
      `failed to parse logic tree (${value})`,
      operator + value,
    ),
  };
}

function readExpression(value: string, optional: boolean): Expression | null {
  const plain = plainExpression(value);
  if (plain !== null) return plain;
  const name = `failed to parse filter (${value})`;
  if (!optional) return parse(wholeExpression, name, value);
  const read = wholeExpression(value, 0);
  if (read.ok) return read.value;
  return read.consumed ? parse(wholeExpression, name, value) : null;
}

function readColumns(value: string | null, name: string): string[] | null {
  if (value === null) return null;
  return parse(
    columnList,
    `failed to parse ${name} parameter (${value})`,
    value,
  );
}

function readRanges(
  limits: readonly Given[],
  offsets: readonly Given[],
): At<Range>[] {
  const limit = new Map(limits.map(({ name, value }) => [name, value]));
  const offset = new Map(
    offsets.map(({ name, value }) => [
      name.replace(/[^.]*$/, "limit"),
      value,
    ]),
  );
  const names = new Set([...limit.keys(), ...offset.keys()]);
  return [...names].map((name) => ({
    path: pathOf(name),
    value: fromLimits(limit.get(name) ?? null, offset.get(name) ?? null),
  }));
}

const treePathOf = remembered((name) =>
  parse(treePath, `failed to parse tree path (${name})`, name)
);

/** The resource that a parameter such as `clients.order` or `clients.limit` is about. */
function pathOf(name: string): EmbedPath {
  return treePathOf(name).path;
}
