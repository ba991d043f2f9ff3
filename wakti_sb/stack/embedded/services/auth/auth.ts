/** The Auth API: Lite's, with what it lacks before and behind it. */

import { readText } from "../body.ts";
import type { Credentials } from "../credentials.ts";
import type { Lite } from "../lite.ts";
import { admin } from "./admin.ts";
import { confirmEmailChange } from "./email_change.ts";
import { badJson, invalid, refusal, unexpected } from "./errors.ts";
import type { Sessions } from "./sessions.ts";
import type { Users } from "./users.ts";

const BODY_LIMIT = 1024 * 1024;

/** Where a body says something else than text here, Lite would stumble over it later. */
const TEXT_FIELDS = [
  "email",
  "phone",
  "password",
  "refresh_token",
  "auth_code",
  "code_verifier",
  "token",
  "token_hash",
  "type",
];

type Json = Record<string, unknown>;

export class Auth {
  constructor(
    readonly lite: Lite,
    readonly users: Users,
    readonly sessions: Sessions,
    readonly credentials: Credentials,
  ) {}

  /**
   * Answers a request, its API key already checked. Throws Problem.
   *
   * @param path Below `/auth/v1`.
   */
  async fetch(request: Request, url: URL, path: string): Promise<Response> {
    if (path === "/admin" || path.startsWith("/admin/")) {
      const below = path.slice("/admin".length);
      return await admin(this.users, this.credentials, request, url, below);
    }
    const body = request.body === null ? null : await readBody(request);
    const { url: address, method, headers } = request;
    // As bytes, since text would bring a content type of its own.
    const bytes = body === null ? null : new TextEncoder().encode(body);
    const response = await this.lite(
      new Request(address, { method, headers, body: bytes }),
    );
    const type = response.headers.get("content-type") ?? "";
    if (response.status === 404 && !type.includes("json")) {
      throw refusal(404, "not_found", "There is no such endpoint");
    }
    if (response.status >= 500) throw unexpected("Unexpected failure");
    if (response.status !== 200 || method === "GET" || !type.includes("json")) {
      return response;
    }
    const answer = await response.json() as Json;
    return Response.json(await this.#finish(answer, path, url), {
      headers: kept(response.headers),
    });
  }

  async #finish(answer: Json, path: string, url: URL): Promise<Json> {
    if (path === "/user" && answer.new_email) {
      await confirmEmailChange(this.users.db, String(answer.id));
      return await this.users.get(String(answer.id));
    }
    if (typeof answer.access_token !== "string") return answer;
    const otp = path === "/verify" ||
      url.searchParams.get("grant_type") === "pkce";
    return await this.sessions.complete(answer, otp ? "otp" : "password");
  }
}

/** The body, known to be something that Lite can read. */
async function readBody(request: Request): Promise<string> {
  const text = await readText(
    request,
    BODY_LIMIT,
    (status, message) =>
      status === 413
        ? refusal(413, "validation_failed", message)
        : badJson(message),
  );
  if (text === "") return text;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return text; // Lite words this as GoTrue does.
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw badJson("it is not an object");
  }
  const fields = body as Json;
  for (const name of TEXT_FIELDS) {
    const value = fields[name] ?? "";
    if (typeof value !== "string") throw badJson(`${name} is not a string`);
  }
  const { data } = fields;
  if (data != null && (typeof data !== "object" || Array.isArray(data))) {
    throw badJson("data is not an object");
  }
  // Raw, a NUL cannot be in JSON; escaped, PostgreSQL cannot store it.
  if (/(?<!\\)(\\\\)*\\u0000/.test(text)) {
    throw invalid("The request body holds a NUL character");
  }
  return text;
}

/** The headers of an answer whose body is written anew. */
function kept(headers: Headers): Headers {
  const copy = new Headers(headers);
  copy.delete("content-length");
  return copy;
}
