/** The site API as an edge function: put together from the environment, and served. */
import { createApp } from "./app.ts";
import { connect } from "./database.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { batchedLog, consoleLog, describe } from "./log.ts";
import { authOwners } from "./owners.ts";
import { passwords } from "./settings.ts";
import { bucketStorage } from "./storage.ts";

const environment = surroundings();

/** The environment; without a sound one, a line that says why, and nothing is served. */
function surroundings(): Environment {
  try {
    return readEnvironment((name) => Deno.env.get(name), passwords.iterations);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}

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

// The platform chooses the address itself; a local stack names a port.
const port = Deno.env.get("PORT");

const app = createApp(
  {
    environment,
    database: connect(environment.databaseUrl, environment.isEdgeRole),
    owners: authOwners(environment),
    storage: bucketStorage(environment),
  },
  port ? batchedLog(print) : consoleLog,
);

Deno.serve(port ? { hostname: "127.0.0.1", port: Number(port) } : {}, app);
