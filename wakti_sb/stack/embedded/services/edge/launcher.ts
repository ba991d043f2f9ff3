/** Speaks to the process that runs the functions: a JSON object a line (edge/launcher.py). */

/** Why a function does not answer, in the platform's shape. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** In words, for the person at this machine. */
  readonly reason: string;
  /** Whether every request that the process had begun was answered. */
  readonly drained?: boolean;
}

/** What the launcher says of a function. */
export interface Answer {
  readonly known: boolean;
  readonly verify_jwt?: boolean;
  readonly is_ours?: boolean;
  /** A change of any of these means a new process. */
  readonly files?: readonly string[];
  readonly port?: number;
  readonly pid?: number;
  readonly failure?: Failure;
}

/** The end of a process. */
export interface Gone {
  readonly name: string;
  readonly pid: number;
  readonly failure: Failure;
}

/** Nobody listens there, or it stopped in the middle of an answer. */
export class LauncherError extends Error {}

export class Launcher {
  #connection: Promise<Conversation> | null = null;

  /**
   * @param port Where it listens on this machine.
   * @param token What it wants to hear first.
   * @param onGone Told of each process that has ended by itself.
   * @param onStale Told of each function that wants another process, for what the gateway cannot see.
   */
  constructor(
    readonly port: number,
    readonly token: string,
    readonly onGone: (gone: Gone) => void,
    readonly onStale: (name: string) => void,
  ) {}

  /** What config.toml says of a function, without starting it. Throws LauncherError. */
  look(name: string): Promise<Answer> {
    return this.#ask({ op: "look", name });
  }

  /**
   * A process of the function that runs its files as they are now. Throws LauncherError.
   *
   * @param lost The number of a process that did not answer, and is to be replaced.
   */
  start(name: string, lost: number | null = null): Promise<Answer> {
    return this.#ask({ op: "start", name, lost });
  }

  /** A process is not needed any more. */
  release(name: string, pid: number): void {
    this.#tell({ op: "release", name, pid });
  }

  /** A process is over a limit. */
  kill(name: string, pid: number, why: string): void {
    this.#tell({ op: "kill", name, pid, why });
  }

  /** A process has had a request for so long, in milliseconds, and may compute too much for it. */
  works(name: string, pid: number, milliseconds: number): void {
    this.#tell({ op: "works", name, pid, for: milliseconds / 1000 });
  }

  close(): void {
    this.#connection?.then((conversation) => conversation.close(), () => {});
    this.#connection = null;
  }

  async #ask(question: Record<string, unknown>): Promise<Answer> {
    return await (await this.#conversation()).ask(question);
  }

  #tell(said: Record<string, unknown>): void {
    this.#conversation().then((one) => one.tell(said)).catch(() => {});
  }

  #conversation(): Promise<Conversation> {
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  async #connect(): Promise<Conversation> {
    try {
      const connection = await Deno.connect({
        hostname: "127.0.0.1",
        port: this.port,
      });
      const conversation = new Conversation(connection, this, () => {
        this.#connection = null;
      });
      await conversation.tell({ token: this.token });
      return conversation;
    } catch (error) {
      this.#connection = null;
      throw new LauncherError("the launcher does not listen", { cause: error });
    }
  }
}

type Told = Pick<Launcher, "onGone" | "onStale">;

class Conversation {
  readonly #connection: Deno.TcpConn;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>();
  #last = 0;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(
    connection: Deno.TcpConn,
    told: Told,
    onEnd: () => void,
  ) {
    this.#connection = connection;
    connection.setNoDelay(true);
    this.#read(told).catch(() => {}).finally(() => {
      onEnd();
      const ended = new LauncherError("the launcher has stopped");
      for (const { reject } of this.#waiting.values()) reject(ended);
      this.#waiting.clear();
      this.close();
    });
  }

  ask(question: Record<string, unknown>): Promise<Answer> {
    const id = ++this.#last;
    const waiting = Promise.withResolvers<Answer>();
    this.#waiting.set(id, waiting);
    this.tell({ ...question, id }).catch((error) => {
      this.#waiting.delete(id);
      waiting.reject(new LauncherError("the launcher has stopped", error));
    });
    return waiting.promise;
  }

  async tell(said: Record<string, unknown>): Promise<void> {
    const bytes = new TextEncoder().encode(`${JSON.stringify(said)}\n`);
    const before = this.#writing;
    this.#writing = (async () => {
      await before.catch(() => {});
      for (let at = 0; at < bytes.length;) {
        at += await this.#connection.write(bytes.subarray(at));
      }
    })();
    await this.#writing;
  }

  close(): void {
    try {
      this.#connection.close();
    } catch {
      // It is closed already.
    }
  }

  async #read(told: Told): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of this.#connection.readable) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split(
        "\n",
      );
      rest = lines.pop() ?? "";
      for (const line of lines) this.#hear(JSON.parse(line), told);
    }
  }

  #hear(
    said: { id?: number; gone?: Gone; stale?: { name: string } } & Answer,
    told: Told,
  ): void {
    if (said.gone) told.onGone(said.gone);
    if (said.stale) told.onStale(said.stale.name);
    if (said.id === undefined) return;
    this.#waiting.get(said.id)?.resolve(said);
    this.#waiting.delete(said.id);
  }
}
