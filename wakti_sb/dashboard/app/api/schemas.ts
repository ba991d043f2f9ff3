/** What fields a collection is known to have, learned from its items. */

import { type Api, done, rows } from "./client.ts";
import type { Place } from "./items.ts";
import { type Data, isData, type Json } from "./json.ts";

export type FieldType = "text" | "number" | "boolean" | "array" | "object";

export const FIELD_TYPES: readonly FieldType[] = [
  "text",
  "number",
  "boolean",
  "array",
  "object",
];

export interface Field {
  readonly name: string;
  readonly type: FieldType;
}

/** As the site API keeps them: strangers may write items. */
const MOST_FIELDS = 200;

/** The type of a value as a schema names it; null says nothing about a field. */
export function typeOf(value: Json): FieldType | null {
  if (value === null) return null;
  if (Array.isArray(value)) return "array";
  switch (typeof value) {
    case "string":
      return "text";
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    default:
      return "object";
  }
}

/** The fields with those of some documents added that are new. */
export function learned(
  fields: readonly Field[],
  documents: readonly Data[],
): readonly Field[] {
  const known = new Map(fields.map((field) => [field.name, field]));
  for (const document of documents) {
    for (const [name, value] of Object.entries(document)) {
      const type = typeOf(value);
      if (type && !known.has(name)) known.set(name, { name, type });
    }
  }
  return [...known.values()];
}

/** The fields of a stored schema, whatever somebody may have written there. */
export function fieldsOf(schema: unknown): readonly Field[] {
  if (!isData(schema) || !Array.isArray(schema.fields)) return [];
  return schema.fields.flatMap((field: unknown): Field[] => {
    if (!isData(field) || typeof field.name !== "string") return [];
    const type = FIELD_TYPES.find((known) => known === field.type) ?? "text";
    return [{ name: field.name, type }];
  });
}

const TABLE = "project_collection_schemas";

export async function readFields(
  api: Api,
  place: Place,
): Promise<readonly Field[]> {
  const found = await rows<{ schema: unknown }>(
    api.supabase.from(TABLE).select("schema")
      .eq("project_id", place.project)
      .eq("collection_name", place.collection),
  );
  return fieldsOf(found[0]?.schema);
}

/** Makes a collection that has no item yet. */
export async function createCollection(api: Api, place: Place): Promise<void> {
  await done(api.supabase.from(TABLE).insert(newSchema(place, [])));
}

/** Gives a collection the name that people read. Its own name stays: pages ask by it. */
export async function nameCollection(
  api: Api,
  place: Place,
  display_name: string,
): Promise<void> {
  const changed = await rows(
    api.supabase.from(TABLE).update({ display_name })
      .eq("project_id", place.project)
      .eq("collection_name", place.collection)
      .select("id"),
  );
  if (changed.length > 0) return;
  const row = { ...newSchema(place, []), display_name };
  await done(api.supabase.from(TABLE).insert(row));
}

/** What is known of a collection, so that it can come back after it was deleted. */
export async function readSchema(
  api: Api,
  place: Place,
): Promise<StoredSchema | null> {
  const found = await rows<StoredSchema>(
    api.supabase.from(TABLE).select("schema,display_name")
      .eq("project_id", place.project)
      .eq("collection_name", place.collection),
  );
  return found[0] ?? null;
}

export interface StoredSchema {
  readonly schema: Json;
  readonly display_name: string | null;
}

export async function deleteSchema(api: Api, place: Place): Promise<void> {
  await done(
    api.supabase.from(TABLE).delete()
      .eq("project_id", place.project)
      .eq("collection_name", place.collection),
  );
}

export async function restoreSchema(
  api: Api,
  place: Place,
  stored: StoredSchema,
): Promise<void> {
  const row = { ...newSchema(place, []), ...stored };
  await done(api.supabase.from(TABLE).insert(row));
}

function newSchema(place: Place, fields: readonly Field[]) {
  return {
    project_id: place.project,
    user_id: place.owner,
    collection_name: place.collection,
    schema: { fields },
    display_name: displayName(place.collection),
  };
}

/** Remembers the fields of documents, as the site API does for its own. */
export async function teach(
  api: Api,
  place: Place,
  documents: readonly Data[],
): Promise<void> {
  const list = api.supabase.from(TABLE).select("id,schema")
    .eq("project_id", place.project)
    .eq("collection_name", place.collection);
  const [known] = await rows<{ id: string; schema: unknown }>(list);
  const fields = fieldsOf(known?.schema);
  const more = learned(fields, documents).slice(0, MOST_FIELDS);
  if (known && more.length <= fields.length) return;
  const base = isData(known?.schema) ? known.schema : {};
  const schema = { ...base, fields: more };
  await done(
    known
      ? api.supabase.from(TABLE).update({ schema }).eq("id", known.id)
      : api.supabase.from(TABLE).insert(newSchema(place, more)),
  );
}

function displayName(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replace(/[-_]/g, " ");
}
