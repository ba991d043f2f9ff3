/** Supabase Lite by itself, over the database of a stack: what the Data API is measured beside. */

import { App } from "@supabase/lite";
// Lite looks for it by name.
import "postgres";
import { createPostgresConnection } from "@supabase/lite/postgres";

const url = Deno.env.get("DATABASE_URL")!;
const key = Deno.env.get("KEY")!;
const app = new App({
  connection: createPostgresConnection({ url }),
  api: { enabled: true, schemas: ["public"], max_rows: 1000 },
  storage: { enabled: false },
  studio: { enabled: false },
  options: {
    server: {
      admin: false,
      disableStudio: true,
      apiKeys: {
        resolver: (given) =>
          Promise.resolve(
            given === key
              ? {
                type: Deno.env.get("TYPE") as "publishable" | "secret",
                claims: { role: Deno.env.get("ROLE")! },
              }
              : null,
          ),
      },
    },
  },
});
await app.init();
Deno.serve(
  { hostname: "127.0.0.1", port: Number(Deno.env.get("PORT")) },
  (request) => app.fetch(request),
);
