/** The call of a function as a query. */

import type { CallPlan } from "../plan/call.ts";
import { unknownField } from "../plan/fields.ts";
import type { Name, Parameter, Routine } from "../schema/model.ts";
import { arrayOf } from "../schema/cache.ts";
import { bodySql } from "./body.ts";
import { columnSql, nameSql } from "./fields.ts";
import {
  EMPTY,
  Fragment,
  identifier,
  joined,
  raw,
  sql,
  value,
} from "./fragment.ts";

const CALL: Name = { schema: "", name: "pgrst_call" };

/** Whether each result is one value and no row. */
export function returnsValues(routine: Routine): boolean {
  return !routine.isComposite;
}

export function callSql(plan: CallPlan): Fragment {
  const { routine, parameters, takesBody } = plan;
  const given = plan.arguments;
  const selected = returnsValues(routine)
    ? raw("pgrst_call.pgrst_scalar")
    : columnsSql(plan.returning);
  if (takesBody) {
    const body = given.kind === "json"
      ? given.body
      : JSON.stringify(Object.fromEntries(given.values));
    const argument = sql`${value(body)}::${raw(parameters[0]!.type)}`;
    return sql`select ${selected} from ${invoked(routine, argument)}`;
  }
  if (parameters.length === 0) {
    return sql`select ${selected} from ${invoked(routine, EMPTY)}`;
  }
  if (given.kind === "direct") {
    const args = parameters.map((one) =>
      argumentSql(one, given.values.get(one.name))
    );
    return sql`select ${selected} from ${invoked(routine, joined(args, ", "))}`;
  }
  const fields = parameters.map(({ name, longType }) => ({
    ...unknownField(name),
    type: longType,
  }));
  const args = parameters.map((one) =>
    named(one, columnSql({ schema: "", name: "pgrst_body" }, one.name))
  );
  return sql`select ${selected} ${
    bodySql(given.body, fields, { first: true })
  }, lateral ${invoked(routine, joined(args, ", "))}`;
}

function invoked(routine: Routine, args: Fragment): Fragment {
  const call = sql`${nameSql(routine)}(${args})`;
  return returnsValues(routine)
    ? sql`(select ${call} pgrst_scalar) pgrst_call`
    : sql`${call} pgrst_call`;
}

function named({ name, variadic }: Parameter, argument: Fragment): Fragment {
  return sql`${raw(variadic ? "variadic " : "")}${
    identifier(name)
  } := ${argument}`;
}

function argumentSql(
  parameter: Parameter,
  given: string | readonly string[] | undefined,
): Fragment {
  const spelled = given === undefined
    ? raw("null")
    : typeof given === "string"
    ? value(given)
    : sql`${value(arrayOf(given))}::text[]`;
  return named(parameter, sql`${spelled}::${raw(parameter.longType)}`);
}

function columnsSql(names: readonly string[]): Fragment {
  if (names.length === 0) return raw("*");
  return joined(names.map((name) => columnSql(CALL, name)), ", ");
}
