/** What is to be done: the request, resolved against the schema cache. */

import type {
  Aggregate,
  Field,
  Join,
  JsonStep,
  Operation,
  OrderTerm,
} from "../grammar/ast.ts";
import type { Range } from "../grammar/range.ts";
import type { Name, Relationship } from "../schema/model.ts";

/** A field with what is known of its type. */
export interface PlannedField extends Field {
  readonly path: readonly JsonStep[];
  /** Whether it has to become jsonb before a path can be followed. */
  readonly toJson: boolean;
  /** Set if it has to become a tsvector; the language may be null. */
  readonly search: { readonly language: string | null } | null;
  /** The type it is read or written as; empty where nothing is known. */
  readonly type: string;
  readonly baseType: string;
  /** The function of a data representation, as SQL spells it. */
  readonly transform: string | null;
  readonly default: string | null;
  /** Whether the whole row is meant: in spreads, `count()` counts rows. */
  readonly wholeRow: boolean;
}

export interface PlannedSelect {
  readonly field: PlannedField;
  readonly aggregate: Aggregate | null;
  readonly aggregateCast: string | null;
  readonly cast: string | null;
  readonly alias: string | null;
}

export type Condition =
  | {
    readonly kind: "filter";
    readonly field: PlannedField;
    readonly negated: boolean;
    readonly operation: Operation;
  }
  /** Whether an embedded resource is there at all. */
  | {
    readonly kind: "embedded";
    readonly negated: boolean;
    readonly alias: string;
  }
  | {
    readonly kind: "group";
    readonly negated: boolean;
    readonly operator: "AND" | "OR";
    readonly members: readonly Condition[];
  };

export interface PlannedOrder extends Pick<OrderTerm, "direction" | "nulls"> {
  /** The alias of the embedded resource whose field it is. */
  readonly relation: string | null;
  readonly field: PlannedField;
}

export interface JoinCondition {
  readonly left: readonly [table: Name, column: string];
  readonly right: readonly [table: Name, column: string];
}

/** A column that a spread gives to the row around it. */
export interface SpreadColumn {
  readonly name: string;
  aggregate: Aggregate | null;
  aggregateCast: string | null;
  alias: string | null;
}

/** How an embedded resource shows in the row around it. */
export type EmbeddedSelect =
  | {
    readonly kind: "json";
    readonly name: string;
    readonly alias: string;
    readonly mode: "object" | "array";
    /** Nothing of it is selected: it is there for filters alone. */
    readonly isEmpty: boolean;
  }
  | {
    readonly kind: "spread";
    readonly columns: readonly SpreadColumn[];
    readonly alias: string;
  };

/** What an order inside of a spread needs to be selected beside its columns. */
export interface ExtraSelect {
  readonly relation: string | null;
  readonly select: PlannedSelect;
}

export type Spread =
  | { readonly kind: "one" }
  | {
    readonly kind: "many";
    readonly extra: readonly ExtraSelect[];
    readonly order: readonly PlannedOrder[];
  };

/** A resource of the request, with those embedded in it. Planning fills it step by step. */
export interface ReadNode {
  select: PlannedSelect[];
  from: Name;
  /** The name of `from` in the statement. */
  alias: string | null;
  where: Condition[];
  order: PlannedOrder[];
  range: Range;
  /** What the request calls it. */
  readonly name: string;
  readonly asked: string | null;
  readonly hint: string | null;
  readonly join: Join | null;
  readonly depth: number;
  relationship: Relationship | null;
  joins: JoinCondition[];
  /** The name of its rows in the statement of the resource around it. */
  rowsAlias: string;
  /** The alias of the table of a computed relationship's argument. */
  argument: Name | null;
  spread: Spread | null;
  embedded: EmbeddedSelect[];
  children: ReadNode[];
}

/** What a resource is called in the answer. */
export function shownAs(node: ReadNode): string {
  return node.asked ?? node.name;
}
