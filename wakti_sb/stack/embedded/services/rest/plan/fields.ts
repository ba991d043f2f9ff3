/** Fields of a request, resolved against the columns of a table. */

import type { Field, Filter, LogicTree } from "../grammar/ast.ts";
import { noSuchColumn } from "../refusals.ts";
import {
  type Column,
  keyOf,
  type Name,
  representationKey,
  type SchemaCache,
  type Table,
} from "../schema/model.ts";
import type { Condition, PlannedField } from "./model.ts";

/** A field of which nothing is known but its name. */
export function unknownField(
  name: string,
  path: Field["path"] = [],
): PlannedField {
  return {
    name,
    path,
    toJson: false,
    search: null,
    type: "",
    baseType: "",
    transform: null,
    default: null,
    wholeRow: false,
  };
}

function columnField(column: Column): PlannedField {
  return {
    ...unknownField(column.name),
    type: column.nominalType,
    baseType: column.type,
    default: column.default,
  };
}

export class Fields {
  constructor(readonly cache: SchemaCache) {}

  /** A field as it is sent. */
  output(table: Name, field: Field): PlannedField {
    return this.#sent(this.#resolve(table, field, null));
  }

  /** A field that rows are ordered by. */
  order(table: Name, field: Field): PlannedField {
    return this.#resolve(table, field, null);
  }

  /** A column that the body gives a value for. Throws Problem if there is none of the name. */
  written(table: Table, name: string): PlannedField {
    const column = table.columns.get(name);
    if (column === undefined) throw noSuchColumn(table.name, name);
    return this.#transformed(columnField(column), "json", column.nominalType);
  }

  /** Every column of a table as it is sent, for a `*` that has to be spelled out. */
  all(table: Name): PlannedField[] {
    return this.#columns(table).map((column) =>
      this.#sent(columnField(column))
    );
  }

  /** Whether a column is sent through a data representation. */
  hasRepresentation(table: Name): boolean {
    return this.#columns(table).some(({ nominalType }) =>
      this.cache.representations.has(representationKey(nominalType, "json"))
    );
  }

  condition(table: Name, tree: LogicTree): Condition {
    if (tree.kind === "filter") return this.filter(table, tree.filter);
    return {
      ...tree,
      members: tree.members.map((one) => this.condition(table, one)),
    };
  }

  filter(table: Name, { field, negated, operation }: Filter): Condition {
    const search = operation.kind === "search"
      ? { language: operation.language }
      : null;
    const resolved = this.#resolve(table, field, search);
    return {
      kind: "filter",
      field: this.#transformed(resolved, "text", resolved.type),
      negated,
      operation,
    };
  }

  #columns(table: Name): Column[] {
    return [...this.cache.tables.get(keyOf(table))?.columns.values() ?? []];
  }

  #resolve(
    table: Name,
    { name, path }: Field,
    search: PlannedField["search"],
  ): PlannedField {
    const column = this.cache.tables.get(keyOf(table))?.columns.get(name);
    if (column === undefined) {
      return { ...unknownField(name, path), toJson: true };
    }
    const field = { ...columnField(column), path };
    const isJson = field.type === "json" || field.type === "jsonb";
    // What is JSON already keeps its indexes that way.
    if (isJson) return { ...field, search, toJson: false };
    const isVector = field.baseType === "tsvector";
    return { ...field, search: isVector ? null : search, toJson: true };
  }

  #sent(field: PlannedField): PlannedField {
    return this.#transformed(field, field.type, "json");
  }

  #transformed(
    field: PlannedField,
    source: string,
    target: string,
  ): PlannedField {
    const transform = this.cache.representations.get(
      representationKey(source, target),
    );
    return transform === undefined
      ? field
      : { ...field, type: source, transform };
  }
}
