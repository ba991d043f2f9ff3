/** Filters as SQL. */

import type { Operation } from "../grammar/ast.ts";
import type { Condition, JoinCondition, PlannedField } from "../plan/model.ts";
import type { Name } from "../schema/model.ts";
import { arrayOf } from "../schema/cache.ts";
import { columnSql, fieldSql, languageSql, transformed } from "./fields.ts";
import { Fragment, identifier, joined, raw, sql, value } from "./fragment.ts";

/** @param embedded What asks whether an embedded resource is there. */
export function conditionSql(
  table: Name,
  condition: Condition,
  embedded: (alias: string, negated: boolean) => Fragment = rowsAreThere,
): Fragment {
  switch (condition.kind) {
    case "embedded":
      return embedded(condition.alias, condition.negated);
    case "group": {
      const members = condition.members.map((one) =>
        conditionSql(table, one, embedded)
      );
      const all = joined(members, ` ${condition.operator} `);
      return condition.negated ? sql`not (${all})` : sql`(${all})`;
    }
    case "filter": {
      const { field, operation, negated } = condition;
      const test = sql`${fieldSql(table, field)} ${
        operationSql(field, operation)
      }`;
      return negated ? sql`not ${test}` : test;
    }
  }
}

function rowsAreThere(alias: string, negated: boolean): Fragment {
  const test = raw(
    negated ? "is distinct from null" : "is not distinct from null",
  );
  return sql`${identifier(alias)} ${test}`;
}

function operationSql(field: PlannedField, operation: Operation): Fragment {
  const read = (text: string) => transformed(field.transform, value(text));
  switch (operation.kind) {
    case "compare":
      return sql`${raw(operation.operator)} ${read(operation.value)}`;
    case "quantified": {
      const { operator, quantifier } = operation;
      const isPattern = operator === "like" || operator === "ilike";
      const right = isPattern
        ? value(operation.value.replaceAll("*", "%"))
        : read(operation.value);
      return quantifier === null
        ? sql`${raw(operator)} ${right}`
        : sql`${raw(operator)} ${raw(quantifier)}(${right})`;
    }
    case "is":
      return sql`is ${raw(operation.value)}`;
    case "distinct":
      return sql`is distinct from ${value(operation.value)}`;
    case "in": {
      const { values } = operation;
      if (values.length === 1 && values[0] === "") return raw("= any('{}')");
      const list = value(arrayOf(values.map((one) => one.split("\0")[0]!)));
      const each = sql`unnest(${list}::text[])`;
      return field.transform === null
        ? sql`= any(${list})`
        : sql`= any((select ${transformed(field.transform, each)}))`;
    }
    case "search": {
      const language = languageSql(operation.language);
      const query = sql`${language}${value(operation.value)}`;
      return sql`@@ ${raw(operation.function)}(${query})`;
    }
  }
}

export function joinSql({ left, right }: JoinCondition): Fragment {
  return sql`${columnSql(...left)} = ${columnSql(...right)}`;
}

/** ` where …`, or nothing. */
export function whereSql(conditions: readonly Fragment[]): Fragment {
  return conditions.length === 0
    ? raw("")
    : sql` where ${joined(conditions, " and ")}`;
}
