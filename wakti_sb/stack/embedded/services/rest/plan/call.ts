/** Plans the call of a function. */

import type { ApiRequest } from "../request.ts";
import type { Parameter, Routine } from "../schema/model.ts";
import type { Condition, ReadNode } from "./model.ts";
import { neededColumns } from "./write.ts";

/** An argument from a query string or a form; of a variadic parameter all of its values. */
export type Argument = string | readonly string[];

export interface CallPlan {
  readonly routine: Routine;
  /** Parameters that are given a value. */
  readonly parameters: readonly Parameter[];
  /** Whether the only parameter, without a name, takes the whole body. */
  readonly takesBody: boolean;
  readonly arguments:
    | {
      readonly kind: "direct";
      readonly values: ReadonlyMap<string, Argument>;
    }
    | { readonly kind: "json"; readonly body: string };
  /** Columns of the result that are read or filtered by. */
  readonly returning: readonly string[];
}

export function planCall(
  routine: Routine,
  request: ApiRequest,
  given: readonly string[],
  read: ReadNode,
): CallPlan {
  const { parameters } = routine;
  const { payload, query } = request;
  const takesBody = parameters.length === 1 && parameters[0]!.name === "";
  const posted = request.action.kind === "call" && request.action.posted;
  return {
    routine,
    parameters: takesBody
      ? parameters
      : parameters.filter(({ name }) => given.includes(name)),
    takesBody,
    arguments: !posted
      ? { kind: "direct", values: argumentsOf(routine, query.parameters) }
      : payload?.kind === "form"
      ? { kind: "direct", values: argumentsOf(routine, payload.pairs) }
      : { kind: "json", body: payload?.text ?? "" },
    returning: returningOf(read),
  };
}

function argumentsOf(
  { parameters }: Routine,
  pairs: readonly (readonly [name: string, value: string])[],
): Map<string, Argument> {
  const variadic = parameters.find((one) => one.variadic)?.name;
  const values = new Map<string, Argument>();
  for (const [name, value] of pairs) {
    const known = values.get(name);
    values.set(
      name,
      name !== variadic ? value : [...Array.isArray(known) ? known : [], value],
    );
  }
  return values;
}

function returningOf(read: ReadNode): string[] {
  const needed = neededColumns(read, []);
  if (needed.length === 0 || needed.includes("*")) return needed;
  const filtered: string[] = [];
  const add = (condition: Condition) => {
    if (condition.kind === "group") condition.members.forEach(add);
    else if (condition.kind === "filter") filtered.push(condition.field.name);
    else filtered.push(condition.alias);
  };
  const visit = (node: ReadNode) => {
    node.where.forEach(add);
    node.children.forEach(visit);
  };
  visit(read);
  return [...new Set([...needed, ...filtered])].sort();
}
