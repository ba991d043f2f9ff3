/** Supabase Lite, set up as the platform's defaults are: the Data API and Auth. */

import { AsyncLocalStorage } from "node:async_hooks";
import { App } from "@supabase/lite";
import type { Claims } from "./credentials.ts";
import type { PlatformConnection } from "./database/platform_connection.ts";
import type { Settings } from "./settings.ts";

/** Answers requests below `/rest/v1` and `/auth/v1`. */
export type Lite = (request: Request) => Promise<Response>;

/** A user whose token was found good. */
export type Caller = Claims & { readonly role: string };

/**
 * Who asks, where that is known already. Lite would look the token's signature up anew in every
 * request; that takes longer than the query.
 */
export const currentCaller = new AsyncLocalStorage<Caller>();

export function createLite(
  settings: Settings,
  connection: PlatformConnection,
  siteUrl: string,
): Lite {
  const app = new App({
    connection,
    api: {
      enabled: true,
      schemas: [...settings.schemas],
      max_rows: settings.maxRows,
    },
    auth: {
      enabled: true,
      enable_signup: true,
      jwt_secret: settings.jwtSecret,
      publishable_key: settings.publishableKey,
      secret_key: settings.secretKey,
      site_url: siteUrl,
      minimum_password_length: 6,
      email: { enable_signup: true, enable_confirmations: false },
    },
    // Ours: see storage/.
    storage: { enabled: false },
    studio: { enabled: false },
    options: {
      // Lite's admin mode would make a request without a key the service role.
      server: {
        admin: false,
        disableStudio: true,
        apiKeys: { resolver: (key) => Promise.resolve(opened(key, settings)) },
      },
      // There is no mail server, and a message holds a token that must not reach a log.
      drivers: { email: { send: () => Promise.resolve() } },
    },
  });
  return (request) => app.fetch(request);
}

/** What an API key opens, in the name of the caller. */
function opened(key: string, settings: Settings) {
  const claims = currentCaller.getStore();
  switch (key) {
    case settings.publishableKey:
      return { type: "publishable" as const, claims: claims ?? ANON };
    case settings.secretKey:
      return { type: "secret" as const, claims: claims ?? SERVICE };
    default:
      return null;
  }
}

const ANON: Caller = { role: "anon" };
const SERVICE: Caller = { role: "service_role" };
