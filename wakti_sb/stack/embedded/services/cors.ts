/** Which pages may read an answer: every one, as on the platform's gateway. */

const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
const EXPOSED = [
  "Content-Encoding",
  "Content-Location",
  "Content-Range",
  "Content-Type",
  "Date",
  "ETag",
  "Link",
  "Location",
  "Preference-Applied",
  "Range-Unit",
  "X-Total-Count",
  "X-Sb-Error-Code",
  // Without it a client in a browser reads no error's code.
  "X-Supabase-Api-Version",
].join(", ");

/** Whether a browser asks if it may send a request. */
export function isPreflight(request: Request): boolean {
  return request.method === "OPTIONS" &&
    request.headers.has("access-control-request-method");
}

/** Yes, with every header that it asks for. */
export function preflightAnswer(request: Request): Response {
  const asked = request.headers.get("access-control-request-headers");
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers": asked ?? "*",
      "access-control-max-age": "3600",
      "vary": "Access-Control-Request-Headers",
    },
  });
}

/** The answer, readable for pages of every origin. */
export function openToAll(response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set("access-control-allow-origin", "*");
  headers.set("access-control-expose-headers", EXPOSED);
  headers.delete("access-control-allow-credentials");
  return new Response(response.body, { status: response.status, headers });
}
