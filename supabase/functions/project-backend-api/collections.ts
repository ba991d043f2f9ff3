import { type JsonObject, queryOf, storable } from "./body.ts";
import { type Context, enter, type Handler } from "./context.ts";
import type { FunctionName, Parameter } from "./database.ts";
import { ApiError } from "./errors.ts";
import { remember, weightOf } from "./reads.ts";
import { repeatKey } from "./repeats.ts";
import * as schemas from "./schemas.ts";
import { limits } from "./settings.ts";
import { siteToken } from "./tokens.ts";

/** Filters that one list may have. */
const mostFilters = 10;

/** List the active items of a collection, or read one. */
export function list(collection: string): Handler {
  return async (context, input) => {
    const query = schemas.check(schemas.itemList, input);
    const { projectId } = query;
    const filters = filtersIn(context.request, input);
    const ask = async (
      name: FunctionName,
      ...rest: Parameter[]
    ): Promise<string> => {
      const weight = weightOf(context, projectId);
      try {
        return await call(context, name, projectId, collection, query.token, [
          ...rest,
          weight,
        ]);
      } catch (error) {
        if (weight > 0) remember(context, projectId, error);
        throw error;
      }
    };
    if (query.id !== undefined) return await ask("read_item", query.id);
    if (filters === null && query.order === undefined) {
      return await ask("list_items", query.limit, query.offset);
    }
    const order = orderIn(query.order);
    return await ask(
      "search_items",
      query.limit,
      query.offset,
      filters ?? {},
      order.by,
      order.field,
      order.isDescending,
    );
  };
}

/** Add an item. */
export function create(collection: string): Handler {
  return async (context, input) => {
    const item = schemas.check(schemas.newItem, input);
    const text = itemText(item.data);
    return await call(
      context,
      "create_item",
      item.projectId,
      collection,
      item.token,
      [
        text,
        item.sortOrder,
        await repeatKey(context, item.token ?? "", text, `${item.sortOrder}`),
      ],
    );
  };
}

/** Replace an item's data. */
export function update(collection: string): Handler {
  return async (context, input) => {
    const item = schemas.check(schemas.changedItem, input);
    const text = itemText(item.data);
    return await call(
      context,
      "update_item",
      item.projectId,
      collection,
      item.token,
      [
        item.id,
        text,
        await repeatKey(context, item.token ?? "", "PUT", item.id, text),
      ],
    );
  };
}

/** Delete an item. */
export function remove(collection: string): Handler {
  return async (context, input) => {
    const item = schemas.check(schemas.deletedItem, input);
    return await call(
      context,
      "delete_item",
      item.projectId,
      collection,
      item.token,
      [
        item.id,
        await repeatKey(context, item.token ?? "", "DELETE", item.id),
      ],
    );
  };
}

/** Call a function with who is asking in front of what is asked. */
async function call(
  context: Context,
  name: FunctionName,
  project: string,
  collection: string,
  token: string | null | undefined,
  rest: readonly Parameter[],
): Promise<string> {
  const { headers } = context.request;
  const bearer = await context.services.owners.identify(headers);
  try {
    return await enter(context, name, [
      project,
      context.origin,
      context.client,
      bearer.user,
      await siteToken(headers, token),
      collection,
      ...rest,
    ]);
  } catch (error) {
    throw refusalFor(error, bearer.isDead);
  }
}

/** Somebody refused for a dead token should hear that, not that it is a stranger. */
export function refusalFor(error: unknown, isDead: boolean): unknown {
  return isDead && error instanceof ApiError && error.code === "not_permitted"
    ? new ApiError("invalid_token")
    : error;
}

function itemText(data: JsonObject): string {
  const text = storable(data);
  // A character takes at most three bytes here, so most items need not be counted.
  if (
    text.length * 3 > limits.item &&
    new TextEncoder().encode(text).length > limits.item
  ) {
    throw new ApiError(
      "body_too_large",
      `data is larger than ${limits.item} bytes`,
    );
  }
  return text;
}

/**
 * The `where.FIELD=value` of a query; null for none. Read once more from the address, since the
 * input holds the last of two fields of one name.
 */
function filtersIn(
  request: Request,
  input: JsonObject,
): Record<string, string> | null {
  if (!Object.keys(input).some((key) => key.startsWith("where."))) return null;
  const filters = new Map<string, string>();
  for (const [key, value] of queryOf(request)) {
    if (!key.startsWith("where.")) continue;
    const field = key.slice("where.".length);
    const isSound = field !== "" && field.length <= 128 &&
      value.length <= 1024 && !/\0/.test(field + value);
    if (!isSound || filters.has(field) || filters.size === mostFilters) {
      throw new ApiError(
        "invalid_field",
        `where.FIELD takes ${mostFilters} different fields, each with a value of at most 1024 characters`,
      );
    }
    filters.set(field, value);
  }
  return Object.fromEntries(filters);
}

interface Order {
  readonly by: string | null;
  readonly field: string | null;
  readonly isDescending: boolean;
}

/** What `order` asks for; the schema has seen to its form. */
function orderIn(order: string | undefined): Order {
  if (order === undefined) {
    return { by: null, field: null, isDescending: false };
  }
  const isDescending = order.endsWith(".desc");
  const column = order.replace(/\.(asc|desc)$/, "");
  return column.startsWith("data.")
    ? { by: "data", field: column.slice("data.".length), isDescending }
    : { by: column, field: null, isDescending };
}
