/** Prints the API's description, made from the schemas that the function validates with. */
import { stringify } from "yaml";

import { error, item, user } from "./answers.ts";
import { post, put, read, remove } from "./operations.ts";
import type { Schema } from "./shapes.ts";

function openapi(): Schema {
  return {
    openapi: "3.1.0",
    info: {
      title: "project-backend-api",
      version: "1",
      description:
        "The backend of published sites: forms, collections, uploads, visitors' accounts. One address; the method and the action say what is meant.",
    },
    servers: [{
      url: "{supabase}/functions/v1/project-backend-api",
      variables: { supabase: { default: "http://127.0.0.1:54321" } },
    }],
    security: [{}, { siteToken: [] }, { owner: [] }],
    paths: { "/": { get: read(), post: post(), put: put(), delete: remove() } },
    components: {
      securitySchemes: {
        siteToken: {
          type: "apiKey",
          in: "header",
          name: "X-Site-Token",
          description: "A visitor's token, where a feature is for site users.",
        },
        owner: {
          type: "http",
          scheme: "bearer",
          description: "The project owner's Supabase access token.",
        },
      },
      schemas: { Item: item, User: user, Error: error },
    },
  };
}

console.log(
  stringify(openapi(), { lineWidth: 100, aliasDuplicateObjects: false })
    .trimEnd(),
);
