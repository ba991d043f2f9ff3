/** The site API as an edge function: put together from the environment, and served. */
import { createApp } from "./app.ts";
import { connect } from "./database.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { batchedLog, consoleLog } from "./log.ts";
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
