/** The description of a page's own form, which is sent without a script. */
export const pageForm = {
  type: "object",
  description:
    "A page's own form: every other field is data; a repeated name becomes a list.",
  properties: {
    projectId: { type: "string", format: "uuid" },
    action: { const: "submit" },
    formName: { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" },
    _next: {
      type: "string",
      description: "Where a browser goes then, if its origin may call",
    },
  },
  required: ["projectId", "action"],
  additionalProperties: true,
} as const;
