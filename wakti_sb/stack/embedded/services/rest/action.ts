/** What a request to the Data API asks to be done. */

import type { Name } from "./schema/model.ts";

export type Mutation = "insert" | "update" | "upsert" | "delete";

/** What is to be done. */
export type Action =
  | { readonly kind: "read"; readonly name: Name; readonly head: boolean }
  | {
    readonly kind: "mutate";
    readonly name: Name;
    readonly mutation: Mutation;
  }
  | {
    readonly kind: "call";
    readonly name: Name;
    /** With POST, when a function may change something. */
    readonly posted: boolean;
    readonly head: boolean;
  }
  | {
    readonly kind: "describe";
    readonly schema: string;
    readonly head: boolean;
  }
  | { readonly kind: "table-info" | "function-info"; readonly name: Name }
  | { readonly kind: "schema-info" };
