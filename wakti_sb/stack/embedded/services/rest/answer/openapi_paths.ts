/** Tables and functions as the paths of OpenAPI. */

import type { Parameter, Routine, Table } from "../schema/model.ts";
import { argumentsOf } from "./openapi_definitions.ts";
import { elementOf, firstLine, formatOf, typeOf } from "./openapi_types.ts";

type Path = [path: string, item: Record<string, unknown>];

const OK = { description: "OK" };
const NO_CONTENT = { 204: { description: "No Content" } };

function reference(name: string) {
  return { $ref: `#/parameters/${name}` };
}

export function pathOf(table: Table): Path {
  const { name, insertable, updatable, deletable } = table;
  const { title, text } = firstLine(table.description);
  const common = { tags: [name], summary: title, description: text };
  const filters = [...table.columns.keys()].map((column) =>
    `rowFilter.${name}.${column}`
  );
  const operation = (parameters: readonly string[], responses: unknown) => ({
    ...common,
    parameters: parameters.map(reference),
    responses,
  });
  const rows = { items: { $ref: `#/definitions/${name}` }, type: "array" };
  const reading = ["select", "order", "range", "rangeUnit", "offset", "limit"];
  const get = operation([...filters, ...reading, "preferCount"], {
    200: { ...OK, schema: rows },
    206: { description: "Partial Content" },
  });
  if (!insertable && !updatable && !deletable) return [`/${name}`, { get }];
  const body = `body.${name}`;
  return [`/${name}`, {
    get,
    post: operation([body, "select", "preferPost"], {
      201: { description: "Created" },
    }),
    delete: operation([...filters, "preferReturn"], NO_CONTENT),
    patch: operation([...filters, body, "preferReturn"], NO_CONTENT),
  }];
}

export function rpcPathOf(routine: Routine): Path {
  const { title, text } = firstLine(routine.description);
  const common = {
    tags: [`(rpc) ${routine.name}`],
    summary: title,
    description: text,
    produces: [
      "application/json",
      "application/vnd.pgrst.object+json;nulls=stripped",
      "application/vnd.pgrst.object+json",
    ],
    responses: { 200: OK },
  };
  const post = {
    ...common,
    parameters: [
      {
        required: true,
        schema: argumentsOf(routine),
        in: "body",
        name: "args",
      },
      reference("preferParams"),
    ],
  };
  const item = routine.volatility === "v"
    ? { post }
    : { get: { ...common, parameters: routine.parameters.map(inQuery) }, post };
  return [`/rpc/${routine.name}`, item];
}

function inQuery({ name, type, required, variadic }: Parameter) {
  const base = { required, in: "query", name };
  if (variadic) {
    const items = {
      type: typeOf(elementOf(type)),
      format: formatOf(elementOf(type)),
    };
    return { ...base, type: "array", collectionFormat: "multi", items };
  }
  // An array is spelled as PostgreSQL does.
  const plain = typeOf(type) ?? "string";
  return {
    ...base,
    format: formatOf(type),
    type: plain === "array" ? "string" : plain,
  };
}
