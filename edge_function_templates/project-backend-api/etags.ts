/** Answers that a caller may keep: sent again only when they have changed. */
import { queryOf } from "./body.ts";
import { sha256 } from "./digest.ts";
import { base64url } from "./tokens.ts";

/**
 * An answer with its ETag; 304 without a body for whom has it already.
 *
 * What a token opens is not kept by a browser, which would show it to the next who sits there.
 */
export function revalidated(
  request: Request,
  body: string,
  headers: Record<string, string>,
  keeping: string,
): Response {
  headers.etag = `"${base64url(sha256(body).subarray(0, 16))}"`;
  const asked = request.headers;
  const isPersonal = asked.has("authorization") || asked.has("x-site-token") ||
    queryOf(request).has("token");
  if (!isPersonal) headers["cache-control"] = keeping;
  if (!isKnown(asked.get("if-none-match"), headers.etag)) {
    return new Response(body, { headers });
  }
  delete headers["content-type"];
  return new Response(null, { status: 304, headers });
}

/** RFC 9110, 13.1.2: a list of tags, of which a weak one stands for its strong twin, or `*`. */
function isKnown(header: string | null, tag: string): boolean {
  if (header === null) return false;
  return header.split(",").some((one) => {
    const known = one.trim().replace(/^W\//, "");
    return known === tag || known === "*";
  });
}
