/** Who asks, by the token of the request. */

import type { Problem } from "../problem.ts";
import { TokenError } from "../credentials.ts";
import { refusal } from "./refusals.ts";
import type { Caller } from "./sql/settings.ts";

type Claims = Readonly<Record<string, unknown>>;

/** Seconds that clocks may differ. */
const SKEW = 30;

/**
 * The role and the claims of a request. Throws Problem if its token is not good.
 *
 * @param anonymous The role of those without a token; null: there is none.
 * @param verify The claims of a token whose signature is good; throws if it is not.
 */
export async function callerOf(
  headers: Headers,
  anonymous: string | null,
  verify: (token: string) => Promise<Claims>,
): Promise<Caller> {
  const token = tokenOf(headers);
  const claims = token === null ? {} : await claimsOf(token, verify);
  const role = claims.role ?? anonymous;
  if (role === null) {
    throw refusal(401, "PGRST302", "Anonymous access is disabled", {
      headers: { "www-authenticate": "Bearer" },
    });
  }
  const name = typeof role === "string" ? role : JSON.stringify(role);
  return { role: name, claims: { ...claims, role: name } };
}

/**
 * The token after `Bearer`; null if there is none.
 *
 * Clients repeat today's API key there. It is no token: `apikey` has already told who it is.
 */
function tokenOf(headers: Headers): string | null {
  const header = headers.get("authorization") ?? "";
  const match = /^bearer(?: +(.*))?$/i.exec(header.trim());
  if (match === null) return null;
  const token = match[1]?.trim() ?? "";
  return token.startsWith("sb_") ? null : token;
}

async function claimsOf(
  token: string,
  verify: (token: string) => Promise<Claims>,
): Promise<Claims> {
  if (token === "") throw invalid("Empty JWT is sent in Authorization header");
  const parts = token.split(".").length;
  if (parts !== 3) throw invalid(`Expected 3 parts in JWT; got ${parts}`);
  let claims: Claims;
  try {
    claims = await verify(token);
  } catch (error) {
    if (error instanceof TokenError && error.reason === "expired") {
      throw invalid("JWT expired", "PGRST303");
    }
    if (error instanceof TokenError && error.reason === "early") {
      throw invalid("JWT not yet valid", "PGRST303");
    }
    if (error instanceof TokenError && error.claim !== null) {
      throw noNumber(error.claim);
    }
    throw invalid(
      "No suitable key or wrong key type",
      "PGRST301",
      "None of the keys was able to decode the JWT",
    );
  }
  checkTimes(claims);
  checkAudience(claims);
  return claims;
}

/** Throws Problem if the token holds at another time. */
function checkTimes({ exp, nbf, iat }: Claims): void {
  const now = Math.floor(Date.now() / 1000);
  const number = (claim: string, value: unknown): number | null => {
    if (value === undefined || value === null) return null;
    if (typeof value === "number") return value;
    throw noNumber(claim);
  };
  const ends = number("exp", exp);
  const begins = number("nbf", nbf);
  const issued = number("iat", iat);
  if (ends !== null && now - SKEW > ends) {
    throw invalid("JWT expired", "PGRST303");
  }
  if (begins !== null && now + SKEW < begins) {
    throw invalid("JWT not yet valid", "PGRST303");
  }
  if (issued !== null && now + SKEW < issued) {
    throw invalid("JWT issued at future", "PGRST303");
  }
}

/** Any audience will do, as long as it is one. */
function checkAudience({ aud }: Claims): void {
  const isList = Array.isArray(aud) &&
    aud.every((one) => typeof one === "string");
  if (aud === undefined || aud === null || typeof aud === "string" || isList) {
    return;
  }
  throw invalid(
    "The JWT 'aud' claim must be a string or an array of strings",
    "PGRST303",
  );
}

function noNumber(claim: string): Problem {
  return invalid(`The JWT '${claim}' claim must be a number`, "PGRST303");
}

function invalid(
  message: string,
  code = "PGRST301",
  details: string | null = null,
): Problem {
  const description = JSON.stringify(message);
  return refusal(401, code, message, {
    details,
    headers: {
      "www-authenticate":
        `Bearer error="invalid_token", error_description=${description}`,
    },
  });
}
