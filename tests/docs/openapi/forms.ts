/** The forms: a page's own, and an upload. */
import { limits, namePattern } from "function/settings.ts";
import { tokenChars, upload as uploadFields } from "function/schemas.ts";

import { input, type Schema } from "./shapes.ts";

const file: Schema = { type: "string", format: "binary" };

const fields = {
  projectId: { type: "string", format: "uuid" },
  action: { const: "submit" },
  formName: { type: "string", pattern: `^${namePattern}$` },
  _next: {
    type: "string",
    description: "Where a browser goes then, if its origin may call",
  },
} as const;

/** A page's own form, which is sent without a script. */
export const pageForm: Schema = {
  type: "object",
  description:
    "A page's own form: every other field is data; a repeated name becomes a list.",
  properties: fields,
  required: ["projectId", "action"],
  additionalProperties: true,
};

/** The same with files, where the project's forms take them. */
export const pageFormWithFiles: Schema = {
  ...pageForm,
  description:
    `A page's own form: every other field is data; a repeated name becomes a list. Where features.forms.files is true, at most ${limits.formFiles} files belong to the submission, together no larger than ${limits.file} bytes.`,
};

const upload = input(uploadFields);

/** A file by itself. */
export const uploadForm: Schema = {
  ...upload,
  properties: {
    projectId: upload.properties.projectId,
    token: {
      type: "string",
      maxLength: tokenChars,
      description:
        "A visitor's token, where it does not travel in X-Site-Token",
    },
    file,
  },
  required: ["projectId", "file"],
};
