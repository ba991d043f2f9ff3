/** What wakti.toml decides. Written by `wakti-sb generate`. */

/** Sizes are bytes unless the name says otherwise. */
export const limits = {
  jsonBody: 1048576,
  formData: 65536,
  item: 262144,
  jsonDepth: 32,
  listItems: 1000,
  nameChars: 64,
  emailChars: 254,
  file: 10485760,
  filenameChars: 100,
  bulkItems: 100,
  filters: 10,
  fieldChars: 128,
  valueChars: 1024,
  metadata: 16384,
  formFiles: 10,
  largeBodies: 60,
} as const;

/** What names a form or a collection may have, as a regular expression without its ends. */
export const namePattern = "[A-Za-z0-9_-]{1,64}";

export const uploads: {
  readonly bucket: string;
  readonly mimeTypes: readonly string[];
} = {
  bucket: "project-uploads",
  mimeTypes: [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/svg+xml",
    "image/avif",
    "application/pdf",
    "text/plain",
    "text/csv",
    "application/json",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/zip",
  ],
};

export const passwords = {
  minChars: 8,
  maxChars: 256,
  iterations: 600000,
} as const;
