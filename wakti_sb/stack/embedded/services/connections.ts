/**
 * HTTP over connections that are watched: who begins a request and does not end its head is let go.
 *
 * `Deno.serve` waits for the rest of a head without end, and hands its connections to nobody. So
 * they are accepted here, and each is given to the same server by itself, over the function that
 * Deno's own `node:http` uses. It is no public interface of Deno: the version is pinned.
 */

import { logError } from "./log.ts";

export type Handler = (
  request: Request,
  remoteAddr: Deno.NetAddr,
) => Promise<Response>;

/** How long a connection may say nothing that is a whole head, in milliseconds. */
export interface Patience {
  /** Before its first request. */
  readonly first: number;
  /** Between two requests, as long as a common proxy waits. */
  readonly next: number;
}

export interface Listening {
  readonly port: number;
  /** Takes no more connections, and is done when the requests under way are answered. */
  shutdown(): Promise<void>;
}

const PATIENCE: Patience = { first: 10_000, next: 75_000 };
/** How long to wait when no connection can be taken, for want of file descriptors, say. */
const PAUSE = 100;

/**
 * Serves HTTP on the address.
 *
 * @throws {Deno.errors.AddrInUse} if the port is taken
 */
export function serve(
  address: Deno.TcpListenOptions,
  handler: Handler,
  patience: Patience = PATIENCE,
): Listening {
  const listener = Deno.listen(address);
  const connections = new Set<Connection>();
  let open = true;

  const accept = async () => {
    while (open) {
      try {
        const connection = new Connection(await listener.accept(), handler);
        connections.add(connection);
        connection.finished.finally(() => connections.delete(connection));
      } catch (error) {
        if (!open) return;
        logError(error);
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    }
  };
  const look = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) connection.endIfLate(patience, now);
  }, Math.min(1000, patience.first));

  accept();
  return {
    port: listener.addr.port,
    async shutdown() {
      open = false;
      listener.close();
      clearInterval(look);
      await Promise.all([...connections].map((one) => one.shutdown()));
    },
  };
}

class Connection {
  /** Settles when the connection is closed, by whomever. */
  readonly finished: Promise<void>;
  readonly #server: HttpServer;
  readonly #abort = new AbortController();
  #underWay = 0;
  #asked = false;
  #since = performance.now();

  constructor(connection: Deno.TcpConn, handler: Handler) {
    connection.setNoDelay(true);
    this.#server = serveHttpOnConnection(
      connection,
      this.#abort.signal,
      (request, info) => {
        this.#asked = true;
        this.#underWay += 1;
        info.completed.then(this.#done, this.#done);
        return handler(request, info.remoteAddr);
      },
      (error) => {
        logError(error);
        return new Response("Internal Server Error", { status: 500 });
      },
      () => {},
    );
    // That the other side broke it off is nobody's fault here.
    this.finished = this.#server.finished.catch(() => {});
  }

  endIfLate(patience: Patience, now: number): void {
    if (this.#underWay > 0) return;
    const allowed = this.#asked ? patience.next : patience.first;
    if (now - this.#since > allowed) this.#abort.abort();
  }

  shutdown(): Promise<void> {
    return this.#server.shutdown().catch(() => {});
  }

  readonly #done = (): void => {
    this.#underWay -= 1;
    this.#since = performance.now();
  };
}

interface HttpServer {
  readonly finished: Promise<void>;
  shutdown(): Promise<void>;
}

type ServeHttpOnConnection = (
  connection: Deno.TcpConn,
  signal: AbortSignal,
  handler: (
    request: Request,
    info: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ) => Promise<Response>,
  onError: (error: unknown) => Response,
  onListen: () => void,
) => HttpServer;

const { serveHttpOnConnection } = internalsOfDeno();

function internalsOfDeno(): { serveHttpOnConnection: ServeHttpOnConnection } {
  const deno = Deno as unknown as Record<PropertyKey, unknown>;
  return deno[deno.internal as symbol] as ReturnType<typeof internalsOfDeno>;
}
