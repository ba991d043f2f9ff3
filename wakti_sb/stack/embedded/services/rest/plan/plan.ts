/** Plans a request against the schema cache. */

import {
  invalidPreferences,
  maxAffectedOfOne,
  noSuchMedia,
  withoutFilter,
} from "../refusals.ts";
import { nameOf } from "../grammar/media.ts";
import type { Mutation } from "../action.ts";
import type { ApiRequest } from "../request.ts";
import type { Name, ResolvedHandler, Routine, Table } from "../schema/model.ts";
import type { Snapshot } from "../schema/cache.ts";
import { type CallPlan, planCall } from "./call.ts";
import { findFunction } from "./find_function.ts";
import { findTable } from "./find_table.ts";
import type { ReadNode } from "./model.ts";
import { negotiate } from "./negotiate.ts";
import { planRead } from "./read.ts";
import { planWrite, type WritePlan } from "./write.ts";

export interface ReadRows extends ResolvedHandler {
  readonly kind: "read";
  readonly table: Table;
  readonly read: ReadNode;
  readonly head: boolean;
}

export interface ChangeRows extends ResolvedHandler {
  readonly kind: "mutate";
  readonly table: Table;
  readonly read: ReadNode;
  readonly write: WritePlan;
  readonly mutation: Mutation;
}

export interface CallFunction extends ResolvedHandler {
  readonly kind: "call";
  readonly read: ReadNode;
  readonly call: CallPlan;
  readonly head: boolean;
  /** Whether the function may change something. */
  readonly writes: boolean;
}

export type RowsPlan = ReadRows | ChangeRows | CallFunction;

export type Plan =
  | RowsPlan
  | {
    readonly kind: "describe";
    readonly schema: string;
    readonly head: boolean;
  }
  | { readonly kind: "table-info"; readonly table: Table }
  | { readonly kind: "function-info"; readonly routine: Routine }
  | { readonly kind: "schema-info" };

/** Throws Problem if the request asks for what is not there. */
export function planRequest(
  request: ApiRequest,
  { config, cache }: Snapshot,
): Plan {
  const { action } = request;
  switch (action.kind) {
    case "read": {
      const table = findTable(cache, action.name);
      const read = planRead(table, request, config, cache);
      const handler = negotiate(request, table, read, config, cache);
      refuseUnknown(request);
      return { kind: "read", table, read, head: action.head, ...handler };
    }
    case "mutate": {
      const { mutation } = action;
      const table = findTable(cache, action.name);
      const read = planRead(table, request, config, cache);
      const write = planWrite(mutation, table, request, cache, read);
      refuseUnknown(request);
      const handler = negotiate(request, table, read, config, cache);
      if (config.safeUpdate) requireFilter(write);
      return { kind: "mutate", table, read, write, mutation, ...handler };
    }
    case "call":
      return planFunction(request, action.name, { config, cache });
    case "describe": {
      const known = request.accept.some(({ kind }) =>
        kind === "openapi" || kind === "json" || kind === "any"
      );
      if (!known) throw noSuchMedia(request.accept.map(nameOf));
      return action;
    }
    case "table-info":
      return {
        kind: "table-info",
        table: findTable(cache, action.name),
      };
    case "function-info": {
      const given = [
        ...new Set(request.query.parameters.map(([name]) => name)),
      ];
      const { name } = action;
      return {
        kind: "function-info",
        routine: findFunction(cache, name, given, request.contentType, false),
      };
    }
    case "schema-info":
      return action;
  }
}

function planFunction(
  request: ApiRequest,
  name: Name,
  { config, cache }: Pick<Snapshot, "config" | "cache">,
): CallFunction {
  const { action, query, preferences } = request;
  const posted = action.kind === "call" && action.posted;
  const given = posted
    ? request.columns
    : [...new Set(query.parameters.map(([name]) => name))].sort();
  const { contentType } = request;
  const routine = findFunction(cache, name, given, contentType, posted);
  // What returns rows of a relation can embed what that can.
  const rows: Name = {
    schema: routine.schema,
    name: routine.isComposite ? routine.returns.name : routine.name,
  };
  const read = planRead(rows, request, config, cache);
  const call = planCall(routine, request, given, read);
  const handler = negotiate(request, rows, read, config, cache);
  refuseUnknown(request);
  const limited = preferences.maxAffected !== null &&
    preferences.handling === "strict";
  if (limited && !routine.isSet) throw maxAffectedOfOne();
  const writes = posted && routine.volatility === "v";
  const head = action.kind === "call" && action.head;
  return { kind: "call", read, call, head, writes, ...handler };
}

function refuseUnknown({ preferences: { handling, unknown } }: ApiRequest) {
  if (handling === "strict" && unknown.length > 0) {
    throw invalidPreferences(unknown);
  }
}

/** What the platform's extension safeupdate sees to. */
function requireFilter(write: WritePlan): void {
  if (write.kind === "insert" || write.where.length > 0) return;
  // Nothing to set is no UPDATE.
  if (write.kind === "update" && write.columns.length === 0) return;
  throw withoutFilter(write.kind === "delete" ? "DELETE" : "UPDATE");
}
