/** The administrator's endpoints of Auth, which Lite does not have: `/auth/v1/admin/users`. */

import { parseObject, readText } from "../body.ts";
import {
  apiKeyOf,
  bearerOf,
  type Credentials,
  TokenError,
} from "../credentials.ts";
import { isDatabaseError } from "../database/errors.ts";
import { logError } from "../log.ts";
import {
  badJson,
  badToken,
  invalid,
  notAdmin,
  noToken,
  refusal,
  unexpected,
} from "./errors.ts";
import { isUuid, readAttributes } from "./user_attributes.ts";
import type { Users } from "./users.ts";

const BODY_LIMIT = 1024 * 1024;
const PER_PAGE = 50;
const MOST_PER_PAGE = 1000;

/**
 * Answers a request. Throws Problem.
 *
 * @param path Below `/auth/v1/admin`.
 */
export async function admin(
  users: Users,
  credentials: Credentials,
  request: Request,
  url: URL,
  path: string,
): Promise<Response> {
  await checkAdmin(credentials, request, url);
  const [, resource, id, ...rest] = path.split("/");
  if (resource !== "users" || rest.length > 0) {
    throw refusal(404, "not_found", "There is no such endpoint");
  }
  try {
    return id ? await one(users, request, id) : await all(users, request, url);
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    if (error.code.startsWith("22")) throw invalid(error.message);
    logError(error);
    throw unexpected("Database error");
  }
}

async function all(
  users: Users,
  request: Request,
  url: URL,
): Promise<Response> {
  switch (request.method) {
    case "GET":
      return await list(users, url);
    case "POST": {
      const attributes = readAttributes(await body(request));
      if (!attributes.email && !attributes.phone) {
        throw invalid("Cannot create a user without either an email or phone");
      }
      return Response.json(await users.create(attributes));
    }
    default:
      throw methodNotAllowed("GET, POST");
  }
}

async function one(
  users: Users,
  request: Request,
  id: string,
): Promise<Response> {
  if (!isUuid(id)) throw invalid("user_id must be an UUID", 404);
  switch (request.method) {
    case "GET":
      return Response.json(await users.get(id));
    case "PUT": {
      const attributes = readAttributes(await body(request));
      return Response.json(await users.update(id, attributes));
    }
    case "DELETE": {
      const { should_soft_delete } = await body(request);
      await (should_soft_delete === true
        ? users.softDelete(id)
        : users.delete(id));
      return Response.json({});
    }
    default:
      throw methodNotAllowed("GET, PUT, DELETE");
  }
}

async function list(users: Users, url: URL): Promise<Response> {
  const page = pageNumber(url, "page", 1, Number.MAX_SAFE_INTEGER);
  const perPage = pageNumber(url, "per_page", PER_PAGE, MOST_PER_PAGE);
  const found = await users.list(page, perPage);
  const last = Math.max(1, Math.ceil(found.total / perPage));
  const link = (to: number, rel: string) =>
    `<${url.pathname}?page=${to}&per_page=${perPage}>; rel="${rel}"`;
  const links = [
    ...page < last ? [link(page + 1, "next")] : [],
    link(last, "last"),
  ];
  return Response.json({ users: found.users, aud: "authenticated" }, {
    headers: {
      "x-total-count": String(found.total),
      "link": links.join(", "),
    },
  });
}

/** Clients send an empty parameter for one that they leave out. */
function pageNumber(
  url: URL,
  name: string,
  standard: number,
  most: number,
): number {
  const text = url.searchParams.get(name) ?? "";
  if (text === "") return standard;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw invalid(`Bad Pagination Parameters: ${name} must be a number from 1`);
  }
  return Math.min(number, most);
}

/** Throws unless the caller holds the secret key or a token of the service role. */
async function checkAdmin(
  credentials: Credentials,
  request: Request,
  url: URL,
): Promise<void> {
  const token = bearerOf(request);
  if (token === null) {
    const key = apiKeyOf(request, url);
    if (!request.headers.has("authorization") && key === null) throw noToken();
    if (key !== null && credentials.kind(key) === "secret") return;
    throw notAdmin();
  }
  try {
    const { role } = await credentials.verify(token);
    if (role === "service_role" || role === "supabase_admin") return;
  } catch (error) {
    if (error instanceof TokenError) throw badToken(`token is ${error.reason}`);
    throw error;
  }
  throw notAdmin();
}

/** The body; an empty one says nothing, as `{}` does. */
async function body(request: Request): Promise<Record<string, unknown>> {
  const refuse = (_: number, message: string) => badJson(message);
  const text = await readText(request, BODY_LIMIT, refuse);
  return text === "" ? {} : parseObject(text, refuse);
}

function methodNotAllowed(allow: string) {
  const problem = refusal(405, "method_not_allowed", "Method not allowed");
  return Object.assign(problem, { headers: { allow } });
}
