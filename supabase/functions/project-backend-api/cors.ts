/** Methods of the whole API, for a preflight and for a method that nothing takes. */
export const allMethods = "GET, POST, PUT, DELETE, OPTIONS";

/** Headers that the Supabase clients and this API's callers send. */
const allowedHeaders = [
  "authorization",
  "x-client-info",
  "apikey",
  "content-type",
  "x-region",
  "x-retry-count",
  "x-supabase-api-version",
  "x-site-token",
  "idempotency-key",
  "if-none-match",
].join(", ");

/**
 * Answer a preflight. It names no project, so any origin passes; the request that follows is held
 * against the project's list.
 */
export function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": allMethods,
      "access-control-allow-headers": allowedHeaders,
      "access-control-max-age": "86400",
      "vary": "Origin",
    },
  });
}

/** The caller's origin; null where none was sent, or one that no browser sends. */
export function originOf(headers: Headers): string | null {
  const origin = headers.get("origin");
  return origin === null || origin === "" || origin.length > 300
    ? null
    : origin;
}
