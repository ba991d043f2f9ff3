/** The site API as an edge function: put together from the environment, and served. */
import { type App, createApp } from "./app.ts";
import { connect } from "./database.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { batchedLog, describe, sampledLog } from "./log.ts";
import { authOwners } from "./owners.ts";
import { passwords } from "./settings.ts";
import { RefusedCallers } from "./refused.ts";
import { bucketStorage } from "./storage.ts";

/** Write to the standard output, whole, or not at all once nobody reads it any more. */
function print(text: string): void {
  let bytes = new TextEncoder().encode(text);
  try {
    while (bytes.length > 0) {
      bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
    }
  } catch {
    // A log that cannot be written must not stop the site.
  }
}

// The database's driver may throw outside of every request when the server closes a connection
// (github.com/porsager/postgres/issues/1208). Whoever waits for an answer hears in time that none
// comes; the other requests must not end with the process.
for (const kind of ["error", "unhandledrejection"] as const) {
  addEventListener(kind, (event) => {
    event.preventDefault();
    const cause = "reason" in event ? event.reason : event.error;
    console.error(JSON.stringify({ event: kind, cause: describe(cause) }));
  });
}

/** The function; without a sound environment, a line that says why, and what answers so. */
function start(port: string | undefined): App | null {
  let environment: Environment;
  try {
    environment = readEnvironment(
      (name) => Deno.env.get(name),
      passwords.iterations,
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    if (port) {
      Deno.exitCode = 1;
      return null;
    }
    return () => Promise.resolve(unready());
  }
  // Nobody should find a way in here that is wider than ours.
  if (environment.isEdgeRole) Deno.env.delete("SUPABASE_DB_URL");
  return createApp(
    {
      environment,
      database: connect(environment.databaseUrl, environment.isEdgeRole),
      owners: authOwners(environment),
      storage: bucketStorage(environment),
      refused: new RefusedCallers(),
    },
    port ? batchedLog(print) : sampledLog(console.log),
    (source) => {
      if (!environment.isPlatform) return;
      console.log(JSON.stringify({ event: "callers are known by", source }));
    },
  );
}

function unready(): Response {
  return new Response(
    '{"error":"The function is not set up, try again later","code":"internal_error"}',
    {
      status: 503,
      headers: { "content-type": "application/json", "retry-after": "60" },
    },
  );
}

// The platform chooses the address itself; a local stack names a port.
const port = Deno.env.get("PORT");

const app = start(port);

if (app !== null) {
  Deno.serve(port ? { hostname: "127.0.0.1", port: Number(port) } : {}, app);
}
