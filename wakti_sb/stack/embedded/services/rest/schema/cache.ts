/** Reads what the Data API knows of the database. */

import { type Config, ignoredSettings, withSettings } from "../config.ts";
import type { Row, Session, Statement } from "../database.ts";
import {
  ANY_MEDIA,
  JSON_MEDIA,
  type Media,
  nameOf,
  readMedia,
} from "../grammar/media.ts";
import { mayBeUnfiltered } from "../grammar/sql_filters.ts";
import changesQuery from "./changes.sql" with { type: "text" };
import computedQuery from "./computed_relationships.sql" with { type: "text" };
import functionsQuery from "./functions.sql" with { type: "text" };
import keysQuery from "./keys.sql" with { type: "text" };
import mediaHandlersQuery from "./media_handlers.sql" with { type: "text" };
import {
  type Column,
  handlerKey,
  keyOf,
  type Name,
  representationKey,
  type ResolvedHandler,
  type Routine,
  type SchemaCache,
  type Table,
} from "./model.ts";
import { relationshipsOf } from "./relationships.ts";
import representationsQuery from "./representations.sql" with { type: "text" };
import rolesQuery from "./roles.sql" with { type: "text" };
import settingsQuery from "./settings.sql" with { type: "text" };
import tablesQuery from "./tables.sql" with { type: "text" };
import { type Key, type View, type ViewKey, viewKeysOf } from "./view_keys.ts";
import viewsQuery from "./views.sql" with { type: "text" };

/** What a role's transactions begin with. */
export interface RoleSettings {
  readonly isolation: string | null;
  readonly settings: readonly (readonly [name: string, value: string])[];
}

/** The database's description and the settings that hold while it is in use. */
export interface Snapshot {
  readonly config: Config;
  readonly cache: SchemaCache;
  readonly roles: ReadonlyMap<string, RoleSettings>;
  /** Whether the database tells of changes of the schema. */
  readonly announces: boolean;
  /** Whether a function may change rows without a filter, and can be watched at it. */
  readonly watches: boolean;
  /** Names of settings that mean nothing here. */
  readonly ignored: readonly string[];
}

/** Names in what the catalog spells are whole only without a search path. */
const NO_SEARCH_PATH: Statement = {
  text: "select set_config('search_path', '', true)",
  values: [],
};

type Pair = readonly [schema: string, name: string];

/** Reads everything. */
export async function readSnapshot(
  session: Session,
  base: Config,
): Promise<Snapshot> {
  const [settings, roles] = await session.run([
    { text: settingsQuery, values: [] },
    { text: rolesQuery, values: [] },
  ]);
  const own: Record<string, string> = json(settings);
  const config = withSettings(base, own);
  const schemas = arrayOf(config.schemas);
  const [, tables, keys, views, computed, functions, casts, handlers, changes] =
    await session.run([
      NO_SEARCH_PATH,
      { text: tablesQuery, values: [schemas] },
      { text: keysQuery, values: [] },
      {
        text: viewsQuery,
        values: [arrayOf([...config.schemas, ...config.extraSearchPath])],
      },
      { text: computedQuery, values: [] },
      functionsStatement(config.schemas, config.hoisted, false),
      { text: representationsQuery, values: [] },
      { text: mediaHandlersQuery, values: [schemas] },
      { text: changesQuery, values: [] },
    ]);
  const exposed = (schema: string) => config.schemas.includes(schema);
  const constraints: Key[] = json(keys);
  const viewKeys = viewKeysOf(json<View[]>(views), constraints, exposed);
  const primaryKeys = primaryKeysOf(constraints, viewKeys);
  const cache: SchemaCache = {
    tables: tablesOf(json(tables), primaryKeys),
    relationships: relationshipsOf(
      constraints,
      viewKeys,
      json<Record<"function" | "table" | "foreignTable", Pair>[]>(computed)
        .map((one) => ({
          ...one as unknown as { readonly toOne: boolean },
          kind: "computed",
          function: named(one.function),
          table: named(one.table),
          foreignTable: named(one.foreignTable),
        })),
      primaryKeys,
      exposed,
    ),
    routines: routinesOf(functions),
    representations: new Map(
      json<[string, string, string][]>(casts).map((
        [source, target, convert],
      ) => [representationKey(source, target), convert]),
    ),
    handlers: handlersOf(json(handlers)),
  };
  const announces = settings![0]![1] === "t";
  const watches = config.safeUpdate && changes![0]![1] === "t" &&
    json<string[]>(changes).some(mayBeUnfiltered);
  return {
    config,
    cache,
    roles: rolesOf(json(roles)),
    announces,
    watches,
    ignored: ignoredSettings(own),
  };
}

/** Asks for functions; `routinesOf` reads the answer. */
export function functionsStatement(
  schemas: readonly string[],
  hoisted: readonly string[],
  onlyAllowed: boolean,
): Statement {
  return {
    text: functionsQuery,
    values: [arrayOf(schemas), arrayOf(hoisted), String(onlyAllowed)],
  };
}

/** A list as PostgreSQL spells an array of text. */
export function arrayOf(texts: readonly string[]): string {
  const quoted = texts.map((one) => `"${one.replace(/["\\]/g, "\\$&")}"`);
  return `{${quoted.join()}}`;
}

function json<T>(rows: readonly Row[] | undefined): T {
  return JSON.parse(rows?.[0]?.[0] ?? "null");
}

function named([schema, name]: Pair): Name {
  return { schema, name };
}

type ListedTable = Omit<Table, "columns" | "primaryKey"> & {
  readonly columns: readonly Column[];
};

function tablesOf(
  listed: readonly ListedTable[],
  primaryKeys: ReadonlyMap<string, readonly string[]>,
): Map<string, Table> {
  return new Map(listed.map((one) => [keyOf(one), {
    ...one,
    primaryKey: primaryKeys.get(keyOf(one)) ?? [],
    columns: new Map(one.columns.map((column) => [column.name, column])),
  }]));
}

/** A view has the primary keys of which it shows every column. */
function primaryKeysOf(
  keys: readonly Key[],
  viewKeys: readonly ViewKey[],
): Map<string, string[]> {
  const primary = new Map<string, string[]>();
  for (const { type, table, columns } of keys) {
    if (type === "p") primary.set(keyOf(named(table)), [...columns].sort());
  }
  for (const { key, view, columns } of viewKeys) {
    if (key.type !== "p") continue;
    const known = primary.get(keyOf(view)) ?? [];
    primary.set(keyOf(view), [...known, ...columns.map(([first]) => first!)]);
  }
  return primary;
}

type ListedRoutine = Omit<Routine, "returns"> & { readonly returns: Pair };

/** The functions of an answer, by `keyOf`; of one name those with the fewest parameters first. */
export function routinesOf(
  rows: readonly Row[] | undefined,
): Map<string, Routine[]> {
  const listed: ListedRoutine[] = json(rows);
  const routines = listed.map((one): Routine => ({
    ...one,
    returns: named(one.returns),
  }));
  const byName = Map.groupBy(routines, keyOf);
  for (const overloads of byName.values()) {
    overloads.sort((a, b) =>
      a.parameters.length - b.parameters.length || compareSpelled(a, b)
    );
  }
  return byName;
}

/** Messages list overloads by the names and types of their parameters. */
function compareSpelled(one: Routine, other: Routine): number {
  const spelled = ({ description, parameters }: Routine) =>
    JSON.stringify([
      description ?? "",
      parameters.map((p) => [p.name, p.type]),
    ]);
  const [a, b] = [spelled(one), spelled(other)];
  return a < b ? -1 : Number(a > b);
}

interface ListedHandler {
  readonly handler: Pair;
  readonly target: Pair;
  readonly name: string;
  readonly sent: string;
  readonly is_jsonb: boolean;
}

function handlersOf(
  listed: readonly ListedHandler[],
): Map<string, ResolvedHandler> {
  const builtin = (
    accepted: Media,
    kind: "json" | "csv" | "geojson",
    media: Media,
  ) =>
    [handlerKey(null, nameOf(accepted)), { handler: { kind }, media }] as const;
  const csv: Media = { kind: "csv" };
  const geojson: Media = { kind: "geojson" };
  const handlers = new Map<string, ResolvedHandler>([
    builtin(ANY_MEDIA, "json", JSON_MEDIA),
    builtin(JSON_MEDIA, "json", JSON_MEDIA),
    builtin(csv, "csv", csv),
    builtin(geojson, "geojson", geojson),
  ]);
  for (const { handler, target, name, sent, is_jsonb: isJsonb } of listed) {
    const [schema, type] = target;
    const isAny = schema === "pg_catalog" && type === "anyelement";
    const rows = isAny ? null : named(target);
    handlers.set(handlerKey(rows, nameOf(readMedia(name))), {
      handler: {
        kind: "custom",
        function: named(handler),
        target: rows,
        isJsonb,
      },
      media: readMedia(sent),
    });
  }
  return handlers;
}

function rolesOf(
  listed: readonly (readonly [role: string, name: string, value: string])[],
): Map<string, RoleSettings> {
  const roles = new Map<string, RoleSettings>();
  for (const [role, name, value] of listed) {
    const known = roles.get(role) ?? { isolation: null, settings: [] };
    roles.set(
      role,
      name === "default_transaction_isolation"
        ? { ...known, isolation: value }
        : { ...known, settings: [...known.settings, [name, value]] },
    );
  }
  return roles;
}
