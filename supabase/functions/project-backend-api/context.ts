import type { JsonObject } from "./body.ts";
import type { Database, FunctionName, Parameter } from "./database.ts";
import { bodyOf } from "./database.ts";
import type { Environment } from "./environment.ts";
import type { Owners } from "./owners.ts";
import type { Storage } from "./storage.ts";

/** What lives as long as the function does. */
export interface Services {
  readonly environment: Environment;
  readonly database: Database;
  readonly owners: Owners;
  readonly storage: Storage;
}

/** One request on its way through the API. */
export interface Context {
  readonly services: Services;
  readonly request: Request;
  /** The Origin header, for the gates and for the inbox. */
  readonly origin: string | null;
  /** The address that rate limits count; null where it is not known. */
  readonly client: string | null;
  /** The origin that the answer's CORS header names; the gates know it. */
  cors: string | null;
  /** For the log. */
  action: string;
  project: string | null;
}

/** The parameters of a request: its JSON body, or its query string as an object. */
export type Handler = (context: Context, input: JsonObject) => Promise<string>;

/** Call the function that checks the gates of this request; its answer decides about CORS. */
export async function enter(
  context: Context,
  name: FunctionName,
  parameters: readonly Parameter[],
): Promise<string> {
  const row = await context.services.database.call(name, parameters);
  context.cors = row.cors;
  return bodyOf(row);
}

/** Call a function for a request that has passed the gates. */
export async function proceed(
  context: Context,
  name: FunctionName,
  parameters: readonly Parameter[],
): Promise<string> {
  return bodyOf(await context.services.database.call(name, parameters));
}
