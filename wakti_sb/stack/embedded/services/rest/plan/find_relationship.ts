/** The relationship that an embedded resource is meant to be reached by. */

import { refusal } from "../refusals.ts";
import {
  type Cardinality,
  keyOf,
  type KeyRelationship,
  type Relationship,
  type SchemaCache,
} from "../schema/model.ts";
import { alike } from "./hints.ts";

/**
 * The one relationship that fits. Throws Problem if there is none or more than one.
 *
 * @param origin The name of the relation around the embedded one.
 * @param target What the request calls the embedded one.
 */
export function findRelationship(
  cache: SchemaCache,
  schema: string,
  origin: string,
  target: string,
  hint: string | null,
): Relationship {
  const known = startingAt(cache, schema, origin);
  const found = known.filter((one) =>
    one.kind === "computed"
      ? one.function.name === target
      : one.isSelf
      ? matchesSelf(one, target, hint)
      : matches(one, target, hint)
  );
  if (found.length === 1) return found[0]!;
  if (found.length > 1) throw ambiguous(origin, target, found);
  throw missing(cache, schema, origin, target, hint);
}

/** The relationships of a relation that lead to the same schema. */
function startingAt(cache: SchemaCache, schema: string, name: string) {
  return (cache.relationships.get(keyOf({ schema, name })) ?? []).filter((
    one,
  ) => endOf(one).schema === schema);
}

function endOf(one: Relationship) {
  return one.kind === "computed" ? one.function : one.foreignTable;
}

/** A relation that refers to itself has one key and two relationships: up and down. */
function matchesSelf(
  { foreignTable, cardinality }: KeyRelationship,
  target: string,
  hint: string | null,
): boolean {
  const isDown = target === foreignTable.name &&
    cardinality.kind === "one-to-many";
  if (hint !== null) return isDown && soleColumn(cardinality, 1) === hint;
  const isUp = cardinality.kind === "many-to-one" &&
    soleColumn(cardinality, 0) === target;
  return isDown || isUp;
}

function matches(
  { foreignTable, cardinality, foreignTableIsView }: KeyRelationship,
  target: string,
  hint: string | null,
): boolean {
  if (hint !== null) {
    return target === foreignTable.name && (
      constraintOf(cardinality) === hint ||
      soleColumn(cardinality, 0) === hint ||
      soleColumn(cardinality, 1) === hint ||
      junctionOf(cardinality) === hint
    );
  }
  return target === foreignTable.name || !foreignTableIsView && (
        constraintOf(cardinality) === target ||
        soleColumn(cardinality, 0) === target
      );
}

function constraintOf(one: Cardinality): string | null {
  return one.kind === "many-to-many" ? null : one.constraint;
}

function junctionOf(one: Cardinality): string | null {
  return one.kind === "many-to-many" ? one.junction.table.name : null;
}

/** The column of a side, if there is just one. */
function soleColumn(one: Cardinality, side: 0 | 1): string | null {
  if (one.kind === "many-to-many" || one.columns.length !== 1) return null;
  return one.columns[0]![side];
}

function missing(
  cache: SchemaCache,
  schema: string,
  parent: string,
  child: string,
  hint: string | null,
) {
  const using = hint === null ? "" : `' using the hint '${hint}`;
  return refusal(
    400,
    "PGRST200",
    `Could not find a relationship between '${parent}' and '${child}' in the schema cache`,
    {
      details:
        `Searched for a foreign key relationship between '${parent}' and '${child}${using}' in the schema '${schema}', but no matches were found.`,
      hint: meant(cache, schema, parent, child),
    },
  );
}

function meant(
  cache: SchemaCache,
  schema: string,
  parent: string,
  child: string,
): string | null {
  if (cache.relationships.has(keyOf({ schema, name: parent }))) {
    const known = startingAt(cache, schema, parent);
    const ends = known.map((one) => one.foreignTable.name);
    const best = alike(child, ends).find(({ score }) => score < 1);
    return best
      ? `Perhaps you meant '${best.text}' instead of '${child}'.`
      : null;
  }
  const starts = [...cache.relationships.values()]
    .flat()
    .filter((one) =>
      one.table.schema === schema && endOf(one).schema === schema
    )
    .map((one) => one.table.name);
  const best = alike(parent, starts)[0];
  return best
    ? `Perhaps you meant '${best.text}' instead of '${parent}'.`
    : null;
}

function ambiguous(
  parent: string,
  child: string,
  found: readonly Relationship[],
) {
  const keys = found.filter((one) => one.kind === "key");
  const choices = keys.map(({ foreignTable, cardinality }) => {
    const by = junctionOf(cardinality) ?? constraintOf(cardinality);
    return `'${foreignTable.name}!${by}'`;
  });
  return refusal(
    300,
    "PGRST201",
    `Could not embed because more than one relationship was found for '${parent}' and '${child}'`,
    {
      details: keys.map(described),
      hint: `Try changing '${child}' to one of the following: ${
        choices.join(", ")
      }. Find the desired relationship in the 'details' key.`,
    },
  );
}

function described({ table, foreignTable, cardinality }: KeyRelationship) {
  const embedding = `${table.name} with ${foreignTable.name}`;
  const listed = (columns: readonly string[]) => `(${columns.join(", ")})`;
  if (cardinality.kind === "many-to-many") {
    const { table: via, constraints, source, target } = cardinality.junction;
    const ends = (pairs: typeof source) => listed(pairs.map(([, end]) => end));
    return {
      cardinality: cardinality.kind,
      embedding,
      relationship: `${via.name} using ${constraints[0]}${ends(source)} and ${
        constraints[1]
      }${ends(target)}`,
    };
  }
  const { kind, constraint, columns } = cardinality;
  const own = `${table.name}${listed(columns.map(([own]) => own))}`;
  const far = `${foreignTable.name}${listed(columns.map(([, far]) => far))}`;
  return {
    cardinality: kind,
    embedding,
    relationship: `${constraint} using ${own} and ${far}`,
  };
}
