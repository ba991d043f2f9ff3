/** What can be asked: one operation for each method. */
import { filterWords } from "function/questions.ts";
import * as schemas from "function/schemas.ts";
import { limits, namePattern } from "function/settings.ts";

import { done, page, responses, signedIn, stored, success } from "./answers.ts";
import { pageForm, pageFormWithFiles, uploadForm } from "./forms.ts";
import { input, json, object, ref, request, type Schema } from "./shapes.ts";

const collection: Schema = {
  type: "string",
  pattern: `^collection/${namePattern}$`,
};

const repeats: Schema = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "The same request with the same key gets the first answer for 24 hours",
  schema: { type: "string", pattern: schemas.repeatKeyPattern },
};

const etag: Schema = {
  headers: {
    ETag: {
      description: "Of a collection; send it as If-None-Match to hear 304",
      schema: { type: "string" },
    },
  },
};

export function read(): Schema {
  const { properties, required } = input(schemas.itemList);
  const descriptions: Readonly<Record<string, string>> = {
    search: "Items one of whose texts contains this, whatever the case",
    fields: "The fields of data to show, with commas between their names",
    token: "A visitor's token; the header X-Site-Token is the better place",
  };
  const parameters = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(name in descriptions ? { description: descriptions[name] } : {}),
    schema,
  }));
  const action = {
    name: "action",
    in: "query",
    required: true,
    schema: {
      anyOf: [collection, { const: "health" }, { const: "site.js" }],
    },
  };
  const filters = {
    name: "filters",
    in: "query",
    style: "form",
    explode: true,
    description:
      `WORD.FIELD=value, at most ${limits.filters}, all of which hold. where and not compare texts; gt, gte, lt, lte numbers by value where both are some, else texts; in takes values with commas between them; has finds a part of a text, or a member of a list. Not together with id.`,
    schema: {
      type: "object",
      propertyNames: {
        pattern: `^(${
          filterWords.join("|")
        })\\.[^\\u0000]{1,${limits.fieldChars}}$`,
      },
      additionalProperties: { type: "string", maxLength: limits.valueChars },
      maxProperties: limits.filters,
    },
  };
  const known = {
    name: "If-None-Match",
    in: "header",
    description: "The ETag of an answer that is there already",
    schema: { type: "string", pattern: "^[!-~]{0,200}$" },
  };
  const answer = success(
    { anyOf: [page, object({ status: { const: "ok" } })] },
    etag,
  );
  const script = { type: "string", description: "Of site.js: the script" };
  return {
    operationId: "listItems",
    summary: "List a collection's items, read one, load site.js, or ask for health",
    parameters: [...parameters, action, filters, known],
    responses: responses(
      {
        ...answer,
        content: { ...answer.content, "text/javascript": { schema: script } },
      },
      { "304": { description: "Not changed since", ...etag } },
    ),
  };
}

export function post(): Schema {
  const bodies = [
    request("submit", schemas.submission),
    request(collection, schemas.newItem),
    request(collection, schemas.newItems),
    request("auth/signup", schemas.signup),
    request("auth/login", schemas.login),
    request("auth/me", schemas.session),
    request("auth/logout", schemas.session),
    request("auth/password", schemas.newPasswordOf),
    request("auth/profile", schemas.profile),
    request("auth/delete", schemas.deletedAccount),
    request("auth/reset", schemas.reset),
    request("upload/delete", schemas.deletedFile),
  ];
  return {
    operationId: "act",
    parameters: [repeats],
    summary: "Submit a form, add items, sign up, log in, upload a file",
    requestBody: {
      required: true,
      content: {
        "application/json": { schema: { anyOf: bodies } },
        "application/x-www-form-urlencoded": { schema: pageForm },
        "multipart/form-data": {
          schema: { anyOf: [uploadForm, pageFormWithFiles] },
        },
      },
    },
    responses: responses(
      success({
        anyOf: [
          object({ success: { const: true }, id: { type: "string" } }),
          object({ item: ref("Item") }),
          object({ items: { type: "array", items: ref("Item") } }),
          signedIn,
          object({ user: ref("User") }),
          done,
          stored,
        ],
      }),
    ),
  };
}

/** The three ways to change an item, of which `increment` may go along with `merge`. */
function changes(): readonly Schema[] {
  const { properties, required, ...rest } = input(schemas.changedItem);
  const { data, merge: _, increment, ...common } = properties;
  const way = (own: Record<string, unknown>, needed: string[]): Schema => ({
    ...rest,
    properties: { action: collection, ...common, ...own },
    required: ["action", ...required, ...needed],
  });
  return [
    way({ data }, ["data"]),
    way({ data, merge: { const: true }, increment }, ["data", "merge"]),
    way({ increment }, ["increment"]),
  ];
}

export function put(): Schema {
  return {
    operationId: "updateItem",
    parameters: [repeats],
    summary: "Replace an item's data, merge into it, or raise its numbers",
    requestBody: json({ anyOf: changes() }),
    responses: responses(success(object({ item: ref("Item") }))),
  };
}

export function remove(): Schema {
  return {
    operationId: "deleteItem",
    parameters: [repeats],
    summary: "Delete an item; its row stays",
    requestBody: json(request(collection, schemas.deletedItem)),
    responses: responses(success(done)),
  };
}
