import { type JsonObject, storable } from "./body.ts";
import type { FunctionName, Parameter } from "./calls.ts";
import {
  type Context,
  enter,
  type Handler,
  identify,
  refusalFor,
} from "./context.ts";
import { ApiError } from "./errors.ts";
import { questionIn } from "./questions.ts";
import { remember, weightOf } from "./reads.ts";
import { repeatKey } from "./repeats.ts";
import * as schemas from "./schemas.ts";
import { limits } from "./settings.ts";

/** List the active items of a collection, or read one. */
export function list(collection: string): Handler {
  return async (context, input) => {
    const query = schemas.check(schemas.itemList, input);
    const { projectId } = query;
    const question = questionIn(context.request, input, query);
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
    context.keeping = "private, no-cache";
    if (query.id !== undefined) {
      if (question?.filters !== undefined || question?.search !== undefined) {
        throw new ApiError("invalid_field", "id takes no filters beside it");
      }
      return await ask("read_item", query.id, question?.fields ?? null);
    }
    return question === null
      ? await ask("list_items", query.limit, query.offset)
      : await ask(
        "search_items",
        query.limit,
        query.offset,
        JSON.stringify(question),
      );
  };
}

/** Add an item, or several. */
export function create(collection: string): Handler {
  return async (context, input) => {
    if (input.items !== undefined) return await createAll(context, input);
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
        repeatKey(context, item.token ?? "", text, `${item.sortOrder}`),
        crypto.randomUUID(),
      ],
    );
  };

  async function createAll(
    context: Context,
    input: JsonObject,
  ): Promise<string> {
    if (input.data !== undefined) {
      throw new ApiError("invalid_field", "items stands in the place of data");
    }
    const bulk = schemas.check(schemas.newItems, input);
    const text = `[${bulk.items.map(itemText).join(",")}]`;
    return await call(
      context,
      "create_items",
      bulk.projectId,
      collection,
      bulk.token,
      [
        text,
        bulk.sortOrder,
        repeatKey(context, bulk.token ?? "", text, `${bulk.sortOrder}`),
      ],
    );
  }
}

/** Replace an item's data, merge into it, or raise its numbers. */
export function update(collection: string): Handler {
  return async (context, input) => {
    if (Array.isArray(input.increment)) {
      throw new ApiError("invalid_field", "increment must be an object");
    }
    const item = schemas.check(schemas.changedItem, input);
    const merge = item.merge === true;
    const increment = item.increment ?? null;
    needChange(item.data, merge, increment);
    const text = item.data === undefined ? null : itemText(item.data);
    const steps = increment === null ? null : storable(increment);
    const changes = merge || steps !== null || item.ifUpdatedAt != null
      ? [`${merge}`, steps, item.ifUpdatedAt ?? null]
      : [];
    return await call(
      context,
      "update_item",
      item.projectId,
      collection,
      item.token,
      [
        item.id,
        text,
        merge,
        steps,
        item.ifUpdatedAt ?? null,
        repeatKey(
          context,
          item.token ?? "",
          "PUT",
          item.id,
          text,
          ...changes,
        ),
      ],
    );
  };
}

/** Refuse a change of which it is not clear what it means. */
function needChange(
  data: JsonObject | undefined,
  merge: boolean,
  increment: JsonObject | null,
): void {
  if (data === undefined && (merge || increment === null)) {
    throw new ApiError("missing_field", "data is required");
  }
  if (increment === null || data === undefined) return;
  if (!merge) {
    throw new ApiError(
      "invalid_field",
      "increment stands alone or with merge, since data would replace what it counts",
    );
  }
  if (Object.keys(increment).some((field) => Object.hasOwn(data, field))) {
    throw new ApiError(
      "invalid_field",
      "A field stands in data or in increment, not in both",
    );
  }
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
        repeatKey(context, item.token ?? "", "DELETE", item.id),
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
  const { bearer, site } = await identify(context, token);
  try {
    return await enter(context, name, [
      project,
      context.origin,
      context.client,
      bearer.user,
      site,
      collection,
      ...rest,
    ]);
  } catch (error) {
    throw refusalFor(error, bearer);
  }
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
