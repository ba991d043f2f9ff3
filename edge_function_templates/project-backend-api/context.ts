import type { JsonObject } from "./body.ts";
import type { FunctionName, Parameter } from "./calls.ts";
import type { Database, Row } from "./database.ts";
import { bodyOf } from "./database.ts";
import type { Deadline } from "./deadline.ts";
import type { Environment } from "./environment.ts";
import { ApiError } from "./errors.ts";
import type { Bearer, Owners } from "./owners.ts";
import type { RefusedCallers } from "./refused.ts";
import type { Storage } from "./storage.ts";
import { siteToken } from "./tokens.ts";

/** What lives as long as the function does. */
export interface Services {
  readonly environment: Environment;
  readonly database: Database;
  readonly owners: Owners;
  readonly storage: Storage;
  readonly refused: RefusedCallers;
}

/** What a browser is shown in place of JSON. */
export interface Page {
  readonly status: 200 | 303;
  /** Where the browser goes; null where it stays. */
  readonly location: string | null;
  readonly html: string;
}

/** One request on its way through the API. */
export interface Context {
  readonly services: Services;
  readonly request: Request;
  /** The Origin header, for the gates and for the inbox. */
  readonly origin: string | null;
  /** The address that rate limits count; null where it is not known. */
  readonly client: string | null;
  /** When it has to be answered; everything that is waited for gets it. */
  readonly deadline: Deadline;
  /** The origin that the answer's CORS header names; the gates know it. */
  cors: string | null;
  /** For the log. */
  action: string;
  project: string | null;
  /** A Cache-Control, set where an answer may be kept and asked for again by its ETag. */
  keeping?: string;
  /** The answer's content type, where it is no JSON. */
  type?: string;
  /** Set where the caller is a browser that shows the answer itself. */
  page?: Page;
}

/** Who is asking, as the gates of collections and uploads want to know. */
export interface Caller {
  readonly bearer: Bearer;
  /** The hash of a site user's token, or null. */
  readonly site: Uint8Array | null;
}

/** Tell who is asking, by the headers or by a token that stands in the body. */
export async function identify(
  context: Context,
  token: string | null | undefined,
): Promise<Caller> {
  const { headers } = context.request;
  const bearer = await context.services.owners.identify(
    headers,
    context.deadline,
  );
  return { bearer, site: siteToken(headers, token) };
}

/** Somebody refused for a dead token should hear that, not that it is a stranger. */
export function refusalFor(error: unknown, bearer: Bearer): unknown {
  return bearer.isDead && error instanceof ApiError &&
      error.code === "not_permitted"
    ? new ApiError("invalid_token")
    : error;
}

/** The parameters of a request: its JSON body, or its query string as an object. */
export type Handler = (context: Context, input: JsonObject) => Promise<string>;

/** Call a function of the database for a request. */
export function ask(
  context: Context,
  name: FunctionName,
  parameters: readonly Parameter[],
): Promise<Row> {
  return context.services.database.call(name, parameters, context.deadline);
}

/** Call the function that checks the gates of this request; its answer decides about CORS. */
export async function enter(
  context: Context,
  name: FunctionName,
  parameters: readonly Parameter[],
): Promise<string> {
  const { refused } = context.services;
  const again = refused.of(name, parameters);
  const row = again?.row ?? await ask(context, name, parameters);
  if (again === undefined) refused.keep(name, parameters, row);
  else if (again.pause > 0) {
    await new Promise((resolve) => setTimeout(resolve, again.pause));
  }
  context.cors = row.cors;
  return bodyOf(row);
}

/** Call a function for a request that has passed the gates. */
export async function proceed(
  context: Context,
  name: FunctionName,
  parameters: readonly Parameter[],
): Promise<string> {
  return bodyOf(await ask(context, name, parameters));
}
