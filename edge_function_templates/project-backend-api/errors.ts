/** Every refusal that the API answers: its status, and the sentence a person reads. */
const refusals = {
  invalid_json: [400, "The body is not valid JSON"],
  missing_field: [400, "A required field is missing"],
  invalid_field: [400, "A field has a value that it cannot take"],
  invalid_action: [400, "Invalid action"],
  invalid_project_id: [400, "projectId is not a project's id"],
  invalid_credentials: [401, "Invalid email or password"],
  invalid_token: [401, "Invalid or expired token"],
  backend_not_enabled: [403, "Backend not enabled for this project"],
  backend_disabled: [403, "Backend is disabled"],
  feature_disabled: [403, "This feature is switched off for this project"],
  origin_not_allowed: [403, "Origin not allowed"],
  account_suspended: [403, "This account is suspended"],
  not_permitted: [403, "You may not do this"],
  item_not_found: [404, "Item not found"],
  file_not_found: [404, "File not found"],
  method_not_allowed: [405, "This action takes another method"],
  email_taken: [409, "Email already registered"],
  item_changed: [409, "The item has changed since"],
  body_too_large: [413, "The body is too large"],
  file_too_large: [413, "The file is too large"],
  quota_exceeded: [413, "The project has no room left for this file"],
  unsupported_media_type: [415, "The body must be JSON or multipart/form-data"],
  file_not_allowed: [415, "This form takes no files; send them as uploads"],
  file_type_not_allowed: [415, "Files of this type are not allowed"],
  invalid_data: [422, "The data does not fit the collection"],
  rate_limited: [429, "Too many requests, try again later"],
  internal_error: [500, "Something went wrong on our side"],
  database_unavailable: [503, "The database cannot be reached, try again"],
} as const satisfies Record<string, readonly [number, string]>;

/** The machine code of a refusal. */
export type ErrorCode = keyof typeof refusals;

/** All codes, for the description of the API. */
export const errorCodes = Object.keys(refusals) as ErrorCode[];

/** The status that a code is answered with. */
export function statusOf(code: ErrorCode): number {
  return refusals[code][0];
}

/** A refusal on its way to the caller. Its message is the sentence that the caller sees. */
export class ApiError extends Error {
  readonly status: number;

  constructor(
    readonly code: ErrorCode,
    sentence?: string | null,
    readonly details: {
      /** Methods that the action takes; becomes the header Allow. */
      readonly allow?: string;
      /** Seconds to wait; becomes the header Retry-After. */
      readonly retryAfter?: number;
      /** The item as it is, as JSON text; goes along with the answer. */
      readonly item?: string;
      /** What went wrong inside; logged, never sent. */
      readonly cause?: unknown;
    } = {},
  ) {
    super(sentence ?? refusals[code][1]);
    this.name = "ApiError";
    this.status = refusals[code][0];
  }
}

/** Is this text one of our codes? The database answers with the same ones. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(refusals, code);
}
