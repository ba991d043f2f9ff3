/** Supabase Lite, set up as the platform's defaults are: the Data API and Auth. */

import { App } from "@supabase/lite";
import type { PlatformConnection } from "./database/platform_connection.ts";
import type { Settings } from "./settings.ts";

/** Answers requests below `/rest/v1` and `/auth/v1`. */
export type Lite = (request: Request) => Promise<Response>;

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
      server: { admin: false, disableStudio: true },
      // There is no mail server, and a message holds a token that must not reach a log.
      drivers: { email: { send: () => Promise.resolve() } },
    },
  });
  return (request) => app.fetch(request);
}
