/** Refusals of the Storage API, as the platform words them. */

import { isConnectionLost, isDatabaseError } from "../database/errors.ts";
import { Problem } from "../problem.ts";

/** The platform answers 400 and names the status in the body, as text; 500 stays 500. */
function refusal(statusCode: number, error: string, message: string): Problem {
  return new Problem(statusCode >= 500 ? statusCode : 400, {
    statusCode: String(statusCode),
    error,
    message,
  });
}

export const noSuchBucket = () =>
  refusal(404, "Bucket not found", "Bucket not found");

export const noSuchObject = () => refusal(404, "not_found", "Object not found");

export const alreadyExists = () =>
  refusal(409, "Duplicate", "The resource already exists");

export const bucketNotEmpty = () =>
  refusal(
    409,
    "InvalidRequest",
    "The bucket you tried to delete is not empty",
  );

export const accessDenied = (message: string) =>
  refusal(403, "Unauthorized", message);

export const invalidKey = (key: string) =>
  refusal(400, "InvalidKey", `Invalid key: ${key}`);

export const invalidBucketName = () =>
  refusal(400, "Invalid Input", "Bucket name invalid");

export const invalidRequest = (message: string) =>
  refusal(400, "InvalidRequest", message);

export const invalidSignature = (message: string) =>
  refusal(400, "InvalidJWT", message);

export const mimeTypeRefused = (type: string) =>
  refusal(415, "invalid_mime_type", `mime type ${type} is not supported`);

export const tooLarge = () =>
  refusal(
    413,
    "Payload too large",
    "The object exceeded the maximum allowed size",
  );

/** @param what A part of the Storage API that needs more than this stack has. */
export const notServed = (what: string) =>
  new Problem(501, {
    statusCode: "501",
    error: "NotSupported",
    code: "NotSupported",
    message: `${what} is not part of this stack`,
  });

/** Whether nobody knows what the database did: the connection broke, perhaps after the commit. */
export function isUncertain(error: unknown): boolean {
  return error instanceof Problem && error.status === 503;
}

/** A path that the Storage API does not have. */
export const noSuchRoute = (method: string, path: string) =>
  new Problem(404, {
    statusCode: "404",
    error: "Not Found",
    message: `Route ${method}:${path} not found`,
  });

/** What the database's refusal means to the caller; other errors are passed on. */
export function asStorageError(error: unknown): unknown {
  if (!isDatabaseError(error)) return error;
  if (isConnectionLost(error)) {
    return refusal(503, "DatabaseError", "The database does not answer.");
  }
  // A value that PostgreSQL cannot hold, such as a name with a NUL in it.
  if (error.code.startsWith("22")) return invalidRequest(error.message);
  switch (error.code) {
    case "42501":
      return accessDenied(error.message);
    case "23505":
      return alreadyExists();
    case "23503":
      return refusal(
        404,
        "InvalidRequest",
        "The related resource does not exist",
      );
    case "57014":
      return refusal(544, "DatabaseTimeout", "The database took too long.");
    default:
      return refusal(500, "DatabaseError", "The database refused the request.");
  }
}
