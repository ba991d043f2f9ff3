/** A request to the Data API: what is to be done to what, before the database is asked. */

import {
  descriptionDisabled,
  invalidPath,
  invalidQuery,
  invalidRpcMethod,
  lowerAboveUpper,
  negativeLimit,
  putWithLimit,
  refusal,
  unacceptableSchema,
  unsupportedMethod,
} from "./refusals.ts";
import type { Action, Mutation } from "./action.ts";
import type { Config } from "./config.ts";
import type { At } from "./grammar/ast.ts";
import {
  JSON_MEDIA,
  type Media,
  readAccept,
  readMedia,
} from "./grammar/media.ts";
import { GrammarError } from "./grammar/parser.ts";
import type { Preferences } from "./grammar/prefer.ts";
import { type Query, readQuery } from "./grammar/query.ts";
import { EncodingError } from "./grammar/query_string.ts";
import {
  ALL,
  asksForNone,
  fromHeader,
  intersection,
  isAll,
  isEmpty,
  NONE,
  type Range,
} from "./grammar/range.ts";
import { type Payload, readPayload } from "./payload.ts";

export interface ApiRequest {
  readonly action: Action;
  readonly method: string;
  /** Below the root of the Data API. */
  readonly path: string;
  readonly schema: string;
  /** Whether there was a choice of schemas. */
  readonly schemaNegotiated: boolean;
  readonly query: Query;
  /** Rows of the resource itself. */
  readonly range: Range;
  /** Rows of each resource. */
  readonly ranges: readonly At<Range>[];
  readonly payload: Payload | null;
  /** Columns or arguments that the body gives values for. */
  readonly columns: readonly string[];
  readonly preferences: Preferences;
  readonly accept: readonly Media[];
  readonly contentType: Media;
  readonly headers: Headers;
}

/** A request as it comes: the parts that are not yet understood. */
export interface Incoming {
  readonly method: string;
  /** Below the root of the Data API, as it stands in the address. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: Headers;
  /** As text; bytes as PostgreSQL spells them. */
  readonly body: string;
  /** Milliseconds that it took to verify the token. */
  readonly verified?: number;
}

/** Understands a request. Throws Problem. */
export function readRequest(
  incoming: Incoming,
  config: Config,
  preferences: Preferences,
): ApiRequest {
  const { method, path, headers } = incoming;
  const resource = resourceOf(path, config);
  const { schema, negotiated } = schemaOf(method, headers, config);
  const action = actionOf(resource, method, schema);
  const query = queryOf(incoming.query, action);
  const { range, ranges } = rangesOf(method, query, headers);
  const contentType = headers.has("content-type")
    ? readMedia(headers.get("content-type")!)
    : JSON_MEDIA;
  const { payload, columns } = readPayload(
    incoming.body,
    contentType,
    query,
    action,
  );
  return {
    action,
    method,
    path,
    schema,
    schemaNegotiated: negotiated,
    query,
    range,
    ranges,
    payload,
    columns,
    preferences,
    accept: readAccept(headers.get("accept")),
    contentType,
    headers,
  };
}

type Resource =
  | { readonly kind: "relation" | "function"; readonly name: string }
  | { readonly kind: "root" };

function resourceOf(path: string, config: Config): Resource {
  const parts = path.split("/").slice(1).map(decoded);
  const [first, second] = parts;
  if (parts.length === 1 && first === "") {
    if (config.openapi === "disabled") throw descriptionDisabled();
    return config.rootFunction === null
      ? { kind: "root" }
      : { kind: "function", name: config.rootFunction };
  }
  if (parts.length === 1) return { kind: "relation", name: first! };
  if (parts.length === 2 && first === "rpc") {
    return { kind: "function", name: second! };
  }
  throw invalidPath();
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part.replace(/%(?![0-9a-fA-F]{2})/g, "%25"));
  } catch {
    throw refusal(400, "PGRST125", "Invalid path specified in request URL");
  }
}

const WRITES = new Set(["DELETE", "PATCH", "POST", "PUT"]);

function schemaOf(method: string, headers: Headers, config: Config) {
  const header = WRITES.has(method) ? "content-profile" : "accept-profile";
  const asked = headers.get(header);
  if (asked === null) {
    return {
      schema: config.schemas[0]!,
      negotiated: config.schemas.length !== 1,
    };
  }
  // Names of schemas come as UTF-8, which headers hand over byte by byte.
  const schema = utf8(asked);
  if (!config.schemas.includes(schema)) {
    throw unacceptableSchema(schema, config.schemas);
  }
  return { schema, negotiated: true };
}

function utf8(header: string): string {
  // deno-lint-ignore no-control-regex -- every byte of a header counts
  if (!/^[\u0000-\u00ff]*[\u0080-\u00ff][\u0000-\u00ff]*$/.test(header)) {
    return header;
  }
  const bytes = Uint8Array.from(header, (one) => one.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

function actionOf(resource: Resource, method: string, schema: string): Action {
  const head = method === "HEAD";
  const reads = head || method === "GET";
  if (resource.kind === "root") {
    if (reads) return { kind: "describe", schema, head };
    if (method === "OPTIONS") return { kind: "schema-info" };
    throw unsupportedMethod(method);
  }
  const name = { schema, name: resource.name };
  if (resource.kind === "function") {
    if (reads || method === "POST") {
      return { kind: "call", name, posted: !reads, head };
    }
    if (method === "OPTIONS") return { kind: "function-info", name };
    throw invalidRpcMethod(method);
  }
  if (reads) return { kind: "read", name, head };
  if (method === "OPTIONS") return { kind: "table-info", name };
  const mutation = MUTATIONS[method];
  if (mutation === undefined) throw unsupportedMethod(method);
  return { kind: "mutate", name, mutation };
}

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  POST: "insert",
  PUT: "upsert",
  PATCH: "update",
  DELETE: "delete",
};

function queryOf(text: string, action: Action): Query {
  const takesArguments = action.kind === "call" && !action.posted;
  try {
    return readQuery(text, takesArguments);
  } catch (error) {
    if (error instanceof GrammarError) {
      throw invalidQuery(error.message, error.details);
    }
    if (error instanceof EncodingError) throw invalidQuery(error.message, "");
    // The stack of the parser: what nests that deep is no request of anybody's.
    if (error instanceof RangeError) {
      throw invalidQuery("The query is nested too deeply", "");
    }
    throw error;
  }
}

function rangesOf(method: string, query: Query, headers: Headers) {
  const header = method === "GET" ? fromHeader(headers.get("range")) : ALL;
  const isRoot = ({ path }: At<Range>) => path.length === 0;
  const limited = query.ranges.find(isRoot)?.value ?? ALL;
  const range = asksForNone(limited) ? NONE : intersection(header, limited);
  if (isEmpty(range) && !asksForNone(limited)) {
    throw isEmpty(header) ? lowerAboveUpper() : negativeLimit();
  }
  if (method === "PUT" && !isAll(range)) throw putWithLimit();
  const others = query.ranges.filter((one) => !isRoot(one));
  return { range, ranges: [{ path: [], value: range }, ...others] };
}
