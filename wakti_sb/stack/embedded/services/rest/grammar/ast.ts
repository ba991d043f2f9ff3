/** What a request asks for, as its query string spells it. */

/** One step into a JSON value: to a key, or to a place in a list. */
export interface JsonStep {
  readonly arrow: "->" | "->>";
  readonly kind: "key" | "index";
  readonly value: string;
}

export interface Field {
  readonly name: string;
  readonly path: readonly JsonStep[];
}

export type Aggregate = "sum" | "avg" | "count" | "max" | "min";
export type Join = "inner" | "left";

export interface SelectField {
  readonly kind: "field";
  readonly field: Field;
  readonly aggregate: Aggregate | null;
  readonly aggregateCast: string | null;
  readonly cast: string | null;
  readonly alias: string | null;
}

/** `alias:name!hint!inner(items)`, or `...name!hint!inner(items)`. */
export interface SelectRelation {
  readonly kind: "relation" | "spread";
  readonly name: string;
  readonly alias: string | null;
  readonly hint: string | null;
  readonly join: Join | null;
  readonly items: readonly SelectItem[];
}

export type SelectItem = SelectField | SelectRelation;

/** What a field is compared with. Operators are SQL's. */
export type Operation =
  | {
    readonly kind: "compare";
    readonly operator: string;
    readonly value: string;
  }
  | {
    readonly kind: "quantified";
    readonly operator: string;
    readonly quantifier: "any" | "all" | null;
    readonly value: string;
  }
  | { readonly kind: "in"; readonly values: readonly string[] }
  | { readonly kind: "is"; readonly value: string }
  | { readonly kind: "distinct"; readonly value: string }
  | {
    readonly kind: "search";
    readonly function: string;
    readonly language: string | null;
    readonly value: string;
  };

export interface Filter {
  readonly field: Field;
  readonly negated: boolean;
  readonly operation: Operation;
}

export type LogicTree =
  | { readonly kind: "filter"; readonly filter: Filter }
  | {
    readonly kind: "group";
    readonly negated: boolean;
    readonly operator: "AND" | "OR";
    readonly members: readonly LogicTree[];
  };

export interface OrderTerm {
  /** The embedded resource whose field it is; null for one of the resource itself. */
  readonly relation: string | null;
  readonly field: Field;
  readonly direction: "ASC" | "DESC" | null;
  readonly nulls: "FIRST" | "LAST" | null;
}

/** Names of embedded resources, from the root to the one that is meant. */
export type EmbedPath = readonly string[];

/** Something that is said of one resource of the request. */
export interface At<T> {
  readonly path: EmbedPath;
  readonly value: T;
}
