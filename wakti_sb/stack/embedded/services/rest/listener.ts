/** Hears of changes of the schema: `notify pgrst`, which every DDL statement sends. */

import pg from "pg";

/** Milliseconds until a lost connection is made again. */
const PAUSE = 1000;

// The driver brings no types; this is what is used of it.
interface Client {
  connect(): Promise<void>;
  query(text: string): Promise<unknown>;
  end(): Promise<void>;
  on(event: "notification" | "error" | "end", handler: () => void): void;
}
interface Driver {
  readonly Client: new (options: Readonly<Record<string, unknown>>) => Client;
}

export class Listener {
  #client: Client | null = null;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isListening = false;

  /**
   * @param url The database as the role that logs in.
   * @param hear Called when something may have changed: also when messages may have been missed.
   */
  constructor(readonly url: string, readonly hear: () => void) {
    this.#listen();
  }

  /**
   * Waits until everything has been heard that was said before; false if nobody listens.
   *
   * The server tells listeners before it tells whoever spoke that the transaction is over, and sends
   * what a connection has heard before the answer to its query.
   */
  async catchUp(): Promise<boolean> {
    if (!this.#isListening || this.#client === null) return false;
    try {
      await this.#client.query("select 1");
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#client?.end().catch(() => {});
  }

  async #listen(): Promise<void> {
    const client = new (pg as unknown as Driver).Client({
      connectionString: this.url,
      application_name: "wakti listener",
    });
    this.#client = client;
    let lost = false;
    const again = () => {
      if (lost || this.#closed) return;
      lost = true;
      this.#isListening = false;
      client.end().catch(() => {});
      this.#timer = setTimeout(() => this.#listen(), PAUSE);
    };
    client.on("error", again);
    client.on("end", again);
    client.on("notification", this.hear);
    try {
      await client.connect();
      await client.query("listen pgrst");
      this.#isListening = true;
      this.hear();
    } catch {
      again();
    }
  }
}
