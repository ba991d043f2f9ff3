/** What the Data API knows of the database. */

import type { Media } from "../grammar/media.ts";

/** Something with a name in a schema; an empty schema leaves it to the search path. */
export interface Name {
  readonly schema: string;
  readonly name: string;
}

/** A key for maps. */
export function keyOf({ schema, name }: Name): string {
  return `${schema}\0${name}`;
}

export interface Column {
  readonly name: string;
  readonly description: string | null;
  readonly nullable: boolean;
  /** The base type of a domain, without a length. */
  readonly type: string;
  /** The type that the column was declared with. */
  readonly nominalType: string;
  readonly maxLength: number | null;
  /** An expression of SQL. */
  readonly default: string | null;
  /** The labels of an enum. */
  readonly values: readonly string[] | null;
}

export interface Table extends Name {
  readonly description: string | null;
  readonly isView: boolean;
  readonly insertable: boolean;
  readonly updatable: boolean;
  readonly deletable: boolean;
  readonly primaryKey: readonly string[];
  readonly columns: ReadonlyMap<string, Column>;
}

/** A column of one side and the column of the other that it is equal to. */
export type ColumnPair = readonly [own: string, foreign: string];

export interface Junction {
  readonly table: Name;
  readonly constraints: readonly [source: string, target: string];
  readonly source: readonly ColumnPair[];
  readonly target: readonly ColumnPair[];
}

export type Cardinality =
  | {
    readonly kind: "one-to-many" | "many-to-one" | "one-to-one";
    readonly constraint: string;
    readonly columns: readonly ColumnPair[];
    /** Of one-to-one: whether the foreign key is on the other side. */
    readonly isParent: boolean;
  }
  | { readonly kind: "many-to-many"; readonly junction: Junction };

export interface KeyRelationship {
  readonly kind: "key";
  readonly table: Name;
  readonly foreignTable: Name;
  readonly isSelf: boolean;
  readonly cardinality: Cardinality;
  readonly tableIsView: boolean;
  readonly foreignTableIsView: boolean;
}

export interface ComputedRelationship {
  readonly kind: "computed";
  readonly function: Name;
  readonly table: Name;
  readonly foreignTable: Name;
  readonly toOne: boolean;
}

export type Relationship = KeyRelationship | ComputedRelationship;

export function isToOne(relationship: Relationship): boolean {
  if (relationship.kind === "computed") return relationship.toOne;
  const { kind } = relationship.cardinality;
  return kind === "many-to-one" || kind === "one-to-one";
}

export interface Parameter {
  readonly name: string;
  readonly type: string;
  /** The type without a length that would cut values off. */
  readonly longType: string;
  readonly required: boolean;
  readonly variadic: boolean;
}

export interface Routine extends Name {
  readonly description: string | null;
  readonly parameters: readonly Parameter[];
  readonly returns: Name;
  readonly isSet: boolean;
  readonly isComposite: boolean;
  readonly volatility: "v" | "s" | "i";
  readonly isVariadic: boolean;
  readonly isolation: string | null;
  readonly settings: readonly (readonly [name: string, value: string])[];
}

/** Makes the body of an answer out of rows. */
export type Handler =
  | { readonly kind: "json" | "json-stripped" | "geojson" | "csv" | "none" }
  | { readonly kind: "single"; readonly stripped: boolean }
  | {
    readonly kind: "custom";
    readonly function: Name;
    /** The rows it takes; null: any. */
    readonly target: Name | null;
    /** Whether its result is jsonb, which PostgREST sends as PostgreSQL's binary form: a 1 first. */
    readonly isJsonb: boolean;
  };

export interface ResolvedHandler {
  readonly handler: Handler;
  readonly media: Media;
}

export interface SchemaCache {
  /** By `keyOf`. */
  readonly tables: ReadonlyMap<string, Table>;
  /** By `keyOf` of the table they start at. */
  readonly relationships: ReadonlyMap<string, readonly Relationship[]>;
  readonly routines: ReadonlyMap<string, readonly Routine[]>;
  /** The function that turns one type into another, by `representationKey`. */
  readonly representations: ReadonlyMap<string, string>;
  /** By `handlerKey`. */
  readonly handlers: ReadonlyMap<string, ResolvedHandler>;
}

export function representationKey(source: string, target: string): string {
  return `${source}\0${target}`;
}

/** @param target Whose rows; null: any. */
export function handlerKey(target: Name | null, media: string): string {
  return `${target === null ? "" : keyOf(target)}\0\0${media}`;
}
