/** What `site.js` gives a page as `wakti`, for who writes TypeScript. `wakti-sb site-js --types` prints it. */

/** Any JSON object. */
export type Data = { readonly [field: string]: unknown };

/** An item of a collection. */
export interface Item {
  readonly id: string;
  readonly project_id: string;
  readonly collection_name: string;
  readonly data: Data;
  readonly status: "active";
  readonly sort_order: number | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A page of a collection. `nextOffset` is there where the answer had to end early. */
export interface Page {
  readonly items: readonly Item[];
  readonly total: number;
  readonly nextOffset?: number;
}

/** A visitor of the site with an account. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly metadata?: Data;
}

/** What stands in front of a field: `gte.price`. */
export type FilterWord =
  | "where"
  | "not"
  | "gt"
  | "gte"
  | "lt"
  | "lte"
  | "in"
  | "has";

/** One value, or several that are sent with commas between them. */
export type Value = string | number | boolean | readonly (string | number)[];

/** What a list asks for; see "filters" in the documentation of the site API. */
export type Query =
  & {
    readonly id?: string;
    readonly limit?: number;
    readonly offset?: number;
    readonly order?: string;
    readonly search?: string;
    readonly fields?: string | readonly string[];
  }
  & { readonly [filter in `${FilterWord}.${string}`]?: Value };

/**
 * Why something was not done: the API's own words. Without an answer `status` is 0 and `code` is
 * `network`.
 */
export interface Refusal extends Error {
  /** A sentence for people; also `message`. */
  readonly error: string;
  readonly code: string;
  readonly status: number;
  /** Seconds after which it may be tried again. */
  readonly retryAfter?: number;
  /** With `item_changed`: the item as it is. */
  readonly item?: Item;
  /** Where the fault is the server's, to find it in the log. */
  readonly requestId?: string;
}

/** Each function resolves to the API's answer and rejects with a Refusal. */
export interface Site {
  /**
   * Sends a form of the page, with its files, or an object. While a form is under way, sending it
   * again is the same as waiting for it.
   *
   * @param formName Without it the form's own field of that name, or else "contact".
   */
  submit(
    form: HTMLFormElement | Data,
    formName?: string,
  ): Promise<{ readonly success: true; readonly id: string }>;
  list(collection: string, query?: Query): Promise<Page>;
  /** Adds one item, or all of a list or none. */
  create(
    collection: string,
    data: readonly Data[],
    sortOrder?: number,
  ): Promise<{ readonly items: readonly Item[] }>;
  create(
    collection: string,
    data: Data,
    sortOrder?: number,
  ): Promise<{ readonly item: Item }>;
  /** Makes an account and signs in; the token is kept in the browser and sent from then on. */
  signup(
    account: {
      readonly email: string;
      readonly password: string;
      readonly name?: string;
    },
  ): Promise<{ readonly user: User; readonly token: string }>;
  login(
    account: { readonly email: string; readonly password: string },
  ): Promise<{ readonly user: User; readonly token: string }>;
  me(): Promise<{ readonly user: User }>;
  logout(): Promise<{ readonly success: true }>;
  /** @param onProgress Hears how much of the file is sent, from 0 to 1. */
  upload(file: Blob, onProgress?: (sent: number) => void): Promise<{
    readonly success: true;
    readonly url: string;
    readonly path: string;
    readonly filename: string;
    readonly size: number;
  }>;
  /** The token of who is signed in. */
  readonly token: string | null;
}

declare global {
  /** There once the page has loaded `site.js`. */
  const wakti: Site;
}
