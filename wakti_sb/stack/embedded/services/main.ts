/**
 * Gateway, Data API, Auth and Storage of the embedded stack in one process.
 *
 * It reads its settings from the environment, prints `ready URL` when it answers, and stops at
 * SIGTERM.
 */

import { Auth } from "./auth/auth.ts";
import { Credentials } from "./credentials.ts";
import { openPool } from "./database/pools.ts";
import { Functions } from "./edge/functions.ts";
import { Targets } from "./edge/targets.ts";
import { Gateway } from "./gateway.ts";
import { flushLog, logError } from "./log.ts";
import { Mailbox } from "./mail/mailbox.ts";
import { keepLogsShort } from "./rotation.ts";
import { openDataApi } from "./rest/open.ts";
import { readSettings, type Settings } from "./settings.ts";
import { StorageDatabase } from "./storage/database.ts";
import { FileStore } from "./storage/files.ts";
import { Storage } from "./storage/storage.ts";

const HOST = "127.0.0.1";
/** How long requests under way may go on after SIGTERM, in milliseconds. */
const GRACE = 2000;

function start(settings: Settings): void {
  const credentials = new Credentials(settings, settings.auth.signingKeys);
  const mailbox = new Mailbox();
  const authPool = openPool(settings.databaseUrl, "auth");
  const storagePool = openPool(settings.databaseUrl, "storage");
  const functions = new Functions(
    new Targets(
      settings.launcherPort,
      settings.launcherToken,
      settings.hasFunctions,
    ),
    credentials,
    settings.wallClock,
  );
  const files = new FileStore(settings.storageDir, settings.fileSizeLimit);
  files.sweep().catch(logError);
  if (settings.logsDir !== null) keepLogsShort(settings.logsDir);
  const data = openDataApi(settings);
  let gateway: Gateway | null = null;
  const server = Deno.serve({
    hostname: HOST,
    port: settings.port,
    onListen: ({ port }) => {
      const url = `http://${HOST}:${port}`;
      gateway = new Gateway({
        credentials,
        data: data.api,
        functions,
        mailbox,
        auth: new Auth({
          db: authPool,
          credentials,
          mailbox,
          settings: settings.auth,
          url: `${url}/auth/v1`,
        }),
        storage: new Storage(
          new StorageDatabase(storagePool),
          files,
          credentials,
        ),
        dashboardDir: settings.dashboardDir,
      });
      console.log(`ready ${url}`);
      // Read now, so that the first request need not wait; if it fails, that one tries again.
      data.api.snapshot().catch(() => {});
    },
  }, (request, { remoteAddr }) => gateway!.fetch(request, remoteAddr.hostname));

  const exit = () => {
    flushLog();
    Deno.exit(0);
  };
  const stop = async () => {
    setTimeout(exit, GRACE);
    await server.shutdown();
    functions.close();
    const pools = [authPool, storagePool].map((pool) => pool.destroy());
    await Promise.all([data.close(), ...pools]);
    exit();
  };
  Deno.addSignalListener("SIGTERM", stop);
  Deno.addSignalListener("SIGINT", stop);
}

try {
  start(readSettings((name) => Deno.env.get(name)));
} catch (error) {
  const taken = error instanceof Deno.errors.AddrInUse;
  logError(taken ? `Port ${Deno.env.get("WAKTI_PORT")} is taken.` : error);
  flushLog();
  Deno.exit(1);
}
