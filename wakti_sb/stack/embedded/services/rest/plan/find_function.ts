/** The function that a call means: by its name and by the arguments that it is given. */

import { refusal } from "../refusals.ts";
import type { Media } from "../grammar/media.ts";
import {
  keyOf,
  type Name,
  type Parameter,
  type Routine,
  type SchemaCache,
} from "../schema/model.ts";
import { alike, likely } from "./hints.ts";

/** Types of a single unnamed parameter that takes the whole body of a kind. */
const UNNAMED: Partial<Record<Media["kind"], readonly string[]>> = {
  json: ["json", "jsonb"],
  text: ["text"],
  xml: ["xml"],
  bytes: ["bytea"],
};

/**
 * Finds the function. Throws Problem if none fits, or more than one.
 *
 * @param given Names of arguments.
 * @param posted Whether it is called with POST, whose body may be its only argument.
 */
export function findFunction(
  cache: SchemaCache,
  name: Name,
  given: readonly string[],
  contentType: Media,
  posted: boolean,
): Routine {
  const overloads = cache.routines.get(keyOf(name)) ?? [];
  const isWhole = posted && isWholeBody(contentType);
  const matching = overloads.filter((one) => takes(one, given, isWhole));
  const found = matching.length > 0
    ? matching
    : overloads.filter((one) => posted && takesBody(one, contentType));
  if (found.length === 1) return found[0]!;
  if (found.length > 1) throw ambiguous(found);
  throw missing(cache, name, given, contentType, posted, overloads);
}

function isWholeBody({ kind }: Media): boolean {
  return kind === "text" || kind === "xml" || kind === "bytes";
}

function takes(
  { parameters }: Routine,
  given: readonly string[],
  isWhole: boolean,
): boolean {
  if (parameters.length === 0) return given.length === 0 && !isWhole;
  const names = new Set(parameters.map(({ name }) => name));
  return given.every((name) => names.has(name)) &&
    parameters.every(({ required, name }) => !required || given.includes(name));
}

function takesBody({ parameters }: Routine, { kind }: Media): boolean {
  const [only] = parameters;
  return parameters.length === 1 && only!.name === "" &&
    (UNNAMED[kind]?.includes(only!.type) ?? false);
}

function ambiguous(found: readonly Routine[]) {
  const spelled = found.map(({ schema, name, parameters }) => {
    const listed = parameters.map((one) => `${one.name} => ${one.type}`);
    return `${schema}.${name}(${listed.join(", ")})`;
  });
  return refusal(
    300,
    "PGRST203",
    `Could not choose the best candidate function between: ${
      spelled.join(", ")
    }`,
    {
      hint:
        "Try renaming the parameters or the function itself in the database so function overloading can be resolved",
    },
  );
}

function missing(
  cache: SchemaCache,
  name: Name,
  given: readonly string[],
  { kind }: Media,
  posted: boolean,
  overloads: readonly Routine[],
) {
  const called = `${name.schema}.${name.name}`;
  const isWhole = posted && isWholeBody({ kind } as Media);
  const listed = given.join(", ");
  const none = given.length === 0;
  const message = isWhole
    ? called
    : `${called}${none ? " without parameters" : `(${listed})`}`;
  const sought = none
    ? " without parameters"
    : ` with parameter${given.length > 1 ? "s" : ""} ${listed}`;
  const type = UNNAMED[kind]?.[0];
  const details = isWhole
    ? ` with a single unnamed ${type} parameter`
    : posted && kind === "json"
    ? `${sought} or with a single unnamed json/jsonb parameter`
    : sought;
  return refusal(
    404,
    "PGRST202",
    `Could not find the function ${message} in the schema cache`,
    {
      details:
        `Searched for the function ${called}${details}, but no matches were found in the schema cache.`,
      hint: isWhole ? null : meant(cache, name, given, overloads),
    },
  );
}

function meant(
  cache: SchemaCache,
  { schema, name }: Name,
  given: readonly string[],
  overloads: readonly Routine[],
): string | null {
  const call = (what: string) =>
    `Perhaps you meant to call the function ${schema}.${what}`;
  if (overloads.length === 0) {
    const names = [...cache.routines.values()]
      .map(([one]) => one!)
      .filter((one) => one.schema === schema)
      .map((one) => one.name);
    const best = likely(name, names);
    return best === null ? null : call(best);
  }
  const spelled = (names: readonly string[]) =>
    `(${[...names].sort().join(", ")})`;
  const known = overloads.map(({ parameters }) =>
    spelled(parameters.map((one: Parameter) => one.name))
  );
  const best = alike(spelled(given), known)[0];
  return best === undefined ? null : call(name + best.text);
}
