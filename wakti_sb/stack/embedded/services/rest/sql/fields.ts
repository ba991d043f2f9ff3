/** Fields, names and lists as SQL. */

import type { Aggregate, JsonStep } from "../grammar/ast.ts";
import type {
  PlannedField,
  PlannedOrder,
  PlannedSelect,
} from "../plan/model.ts";
import type { Name } from "../schema/model.ts";
import {
  EMPTY,
  Fragment,
  identifier,
  joined,
  raw,
  sql,
  value,
} from "./fragment.ts";

export function nameSql({ schema, name }: Name): Fragment {
  return schema === ""
    ? identifier(name)
    : sql`${identifier(schema)}.${identifier(name)}`;
}

export function columnSql(table: Name, name: string): Fragment {
  return name === "*"
    ? sql`${nameSql(table)}.*`
    : sql`${nameSql(table)}.${identifier(name)}`;
}

function pathSql(path: readonly JsonStep[]): Fragment {
  return joined(
    path.map(({ arrow, kind, value: step }) =>
      kind === "key"
        ? sql`${raw(arrow)}${value(step)}`
        : sql`${raw(arrow)}${value(step)}::int`
    ),
    "",
  );
}

/** The language of a search, if the request names one. */
export function languageSql(language: string | null): Fragment {
  return language === null ? EMPTY : sql`${value(language)}, `;
}

export function fieldSql(table: Name, field: PlannedField): Fragment {
  const { name, path, toJson, search, wholeRow } = field;
  const column = columnSql(table, name);
  const plain = wholeRow
    ? identifier(table.name)
    : path.length === 0
    ? column
    : toJson
    ? sql`to_jsonb(${column})${pathSql(path)}`
    : sql`${column}${pathSql(path)}`;
  return search === null
    ? plain
    : sql`to_tsvector(${languageSql(search.language)}${plain})`;
}

/** A value through the function of a data representation. */
export function transformed(
  transform: string | null,
  inner: Fragment,
): Fragment {
  return transform === null ? inner : sql`${raw(transform)}(${inner})`;
}

export function castSql(cast: string | null, inner: Fragment): Fragment {
  // The grammar lets no other characters into a cast than those of names.
  return cast === null ? inner : sql`cast(${inner} as ${raw(cast)})`;
}

export function aggregateSql(
  aggregate: Aggregate | null,
  cast: string | null,
  inner: Fragment,
): Fragment {
  return aggregate === null
    ? inner
    : castSql(cast, sql`${raw(aggregate)}(${inner})`);
}

export function asSql(alias: string | null): Fragment {
  return alias === null ? EMPTY : sql` as ${identifier(alias)}`;
}

export function selectSql(table: Name, one: PlannedSelect): Fragment {
  const field = transformed(one.field.transform, fieldSql(table, one.field));
  const cast = castSql(one.cast, field);
  const whole = aggregateSql(one.aggregate, one.aggregateCast, cast);
  return sql`${whole}${asSql(one.alias)}`;
}

export function orderSql(
  table: Name,
  terms: readonly PlannedOrder[],
): Fragment {
  if (terms.length === 0) return EMPTY;
  const listed = terms.map(({ relation, field, direction, nulls }) => {
    const of = relation === null ? table : { schema: "", name: relation };
    const how = [direction, nulls && `nulls ${nulls}`].filter(Boolean);
    return sql`${fieldSql(of, field)} ${raw(how.join(" "))}`;
  });
  return sql` order by ${joined(listed, ", ")}`;
}
