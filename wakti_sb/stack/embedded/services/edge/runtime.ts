/**
 * What the platform's runtime gives a function and Deno does not. Runs before the function, in its
 * process.
 *
 * The address is ours to give: Deno takes the first `Deno.serve` to DENO_SERVE_ADDRESS, and here the
 * first `Deno.listen` follows, which `serve` of the old standard library uses.
 */

const ADDRESS = "DENO_SERVE_ADDRESS";
const address = Deno.env.get(ADDRESS) ?? "";
const port = Number(address.split(":").at(-1));
const parent = Deno.ppid;
const { serve, listen } = Deno;
let isServed = false;
const servers: Deno.HttpServer[] = [];
/** The exit code that says: every request that was begun has its answer (edge/failure.py). */
const DRAINED = 75;
/** How long requests under way may go on after an error that nobody caught, in milliseconds. */
const GRACE = 5000;

// What Deno itself needed is not there on the platform.
for (const name of Deno.env.get("WAKTI_HIDDEN")?.split(",") ?? []) {
  Deno.env.delete(name);
}

/** Replaces something of Deno's by ours. */
function replace(name: "serve" | "listen", value: unknown): void {
  Object.defineProperty(Deno, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

replace("serve", (...args: Parameters<typeof serve>) => {
  isServed = true;
  const server = serve(...args);
  servers.push(server);
  Deno.env.delete(ADDRESS);
  return server;
});

replace("listen", (options: Deno.TcpListenOptions) => {
  const isTcp = (options as { transport?: string }).transport !== "unix";
  if (isServed || !isTcp) return listen(options);
  isServed = true;
  Deno.env.delete(ADDRESS);
  return listen({ ...options, hostname: "127.0.0.1", port });
});

Object.defineProperty(globalThis, "EdgeRuntime", {
  value: {
    /** Here a process outlives its request anyhow. */
    waitUntil<T>(promise: Promise<T>): Promise<T> {
      return promise;
    },
  },
});

/** A model that the platform runs beside a function. Here none does, which whoever asks is told. */
class Session {
  constructor(readonly model: string) {}

  run(): Promise<never> {
    return Promise.reject(
      new Error(
        `Supabase.ai is not part of this stack: ${this.model} does not run here`,
      ),
    );
  }
}

Object.defineProperty(globalThis, "Supabase", {
  value: { ai: { Session } },
  configurable: true,
  writable: true,
});

/**
 * Ends the process after an error that nobody caught, as Deno and the platform do, but not at once:
 * the requests under way get their answers, so that whoever passes requests on knows that one
 * without an answer was never begun, and may send it to the next process.
 */
function failed(event: ErrorEvent | PromiseRejectionEvent): void {
  const { process } = globalThis as {
    process?: { listenerCount(name: string): number };
  };
  const isRejection = "reason" in event;
  const name = isRejection ? "unhandledRejection" : "uncaughtException";
  if (event.defaultPrevented || process?.listenerCount(name)) return;
  event.preventDefault();
  const cause: unknown = isRejection ? event.reason : event.error;
  const told = cause instanceof Error ? cause.stack : Deno.inspect(cause);
  console.error(`error: Uncaught ${isRejection ? "(in promise) " : ""}${told}`);
  if (servers.length === 0) Deno.exit(1);
  setTimeout(() => Deno.exit(1), GRACE);
  Promise.all(servers.map((server) => server.shutdown()))
    .then(() => Deno.exit(DRAINED), () => Deno.exit(1));
}

const FAILURES = ["error", "unhandledrejection"];
const listenTo = globalThis.addEventListener.bind(globalThis);

/** Ours is asked last: the function may take care of an error itself. */
function beLast(name: string): void {
  globalThis.removeEventListener(name, failed as EventListener);
  listenTo(name, failed as EventListener);
}

for (const name of FAILURES) beLast(name);
Object.defineProperty(globalThis, "addEventListener", {
  value: (name: string, ...rest: [EventListener]) => {
    listenTo(name, ...rest);
    if (FAILURES.includes(name)) beLast(name);
  },
  configurable: true,
  writable: true,
});

/** Serves the default export of the function, if that is how it is written. */
async function serveDefault(): Promise<void> {
  let exported: unknown;
  try {
    exported = (await import(Deno.mainModule)).default;
  } catch {
    return; // Deno tells what is wrong with it
  }
  if (isServed || typeof exported !== "object" || exported === null) return;
  if (!("fetch" in exported) || typeof exported.fetch !== "function") return;
  const { fetch } = exported;
  Deno.serve((request, info) => fetch.call(exported, request, info));
}

// When the function's own module has run.
addEventListener("load", serveDefault);

// Whoever started this may have been killed: nobody would ever end it then.
Deno.unrefTimer(
  setInterval(() => {
    if (Deno.ppid !== parent) Deno.exit(1);
  }, 2000),
);
