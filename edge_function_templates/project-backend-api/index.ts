/** The site API as an edge function: put together from the environment, and served. */
import { createApp } from "./app.ts";
import { connect } from "./database.ts";
import { readEnvironment } from "./environment.ts";
import { consoleLog } from "./log.ts";
import { authOwners } from "./owners.ts";
import { passwords } from "./settings.ts";
import { bucketStorage } from "./storage.ts";

const environment = readEnvironment(
  (name) => Deno.env.get(name),
  passwords.iterations,
);

const app = createApp({
  environment,
  database: connect(environment.databaseUrl, environment.isEdgeRole),
  owners: authOwners(environment),
  storage: bucketStorage(environment),
}, consoleLog);

// The platform chooses the address itself; a local stack names a port.
const port = Deno.env.get("PORT");
Deno.serve(port ? { hostname: "127.0.0.1", port: Number(port) } : {}, app);
