/**
 * HTTP/1.1 to the process of one function (RFC 9112), over connections that are kept.
 *
 * `fetch` takes twice as long for a short request, and is for addresses that anybody may name; here
 * both ends are Deno, on one machine.
 */

import { Buffer } from "node:buffer";

/** Connections without a request that are kept. */
const MOST_IDLE = 32;
/** What a head may take, and what is read at once. */
const BUFFER = 65_536;

/** The request cannot have been read: the other end was gone before it came. */
export class NotRead extends Error {}

export class Upstream {
  readonly #address: Deno.ConnectOptions;
  readonly #idle = new Set<Connection>();

  constructor(readonly url: URL) {
    this.#address = { hostname: url.hostname, port: Number(url.port) };
  }

  /**
   * Sends a request and answers what comes back, the body as it comes. Throws if nothing does.
   *
   * @param target Path and query.
   * @param headers Without what says how long the body is and how it is sent.
   * @param onEnd Called once the answer was read to its end, or nobody reads it any more.
   * @param isWhole Whether to wait for all of the answer.
   */
  async send(
    method: string,
    target: string,
    headers: readonly (readonly [string, string])[],
    body: Uint8Array | null,
    onEnd: () => void = () => {},
    isWhole = false,
  ): Promise<Response> {
    const connection = this.#take() ?? await this.#connect();
    try {
      let text = `${method} ${target} HTTP/1.1\r\nhost: ${this.url.host}\r\n`;
      for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
      if (body) text += `content-length: ${body.length}\r\n`;
      const head = Buffer.from(`${text}\r\n`, "latin1");
      await connection.write(body ? Buffer.concat([head, body]) : head);
      return await this.#answer(connection, method, onEnd, isWhole);
    } catch (error) {
      const wasRead = !(await connection.wasReset());
      connection.close();
      throw wasRead ? error : new NotRead("Nobody read it", { cause: error });
    }
  }

  close(): void {
    for (const connection of this.#idle) connection.close();
    this.#idle.clear();
  }

  async #connect(): Promise<Connection> {
    try {
      return new Connection(await Deno.connect(this.#address));
    } catch (error) {
      throw new NotRead("Nobody listens", { cause: error });
    }
  }

  #take(): Connection | undefined {
    for (const connection of this.#idle) {
      this.#idle.delete(connection);
      connection.isIdle = false;
      if (connection.open) return connection;
    }
  }

  #keep(connection: Connection): void {
    if (this.#idle.size >= MOST_IDLE) return connection.close();
    connection.readAhead();
    this.#idle.add(connection);
  }

  async #answer(
    connection: Connection,
    method: string,
    onEnd: () => void,
    isWhole: boolean,
  ): Promise<Response> {
    const head = await connection.readHead();
    const [first = "", ...lines] = head.split("\r\n");
    const [, code] = /^HTTP\/1\.1 ([2-5]\d\d)/.exec(first) ?? [];
    if (code === undefined) throw new Error("The answer is not HTTP");
    const status = Number(code);
    const headers: [string, string][] = [];
    let length = 0;
    let inChunks = false;
    let closes = false;
    for (const line of lines) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon);
      const value = line.slice(colon + 1).trim();
      if (name === "content-length") length = Number(value);
      if (name === "transfer-encoding") inChunks = true;
      else if (name === "connection") closes = value === "close";
      else headers.push([name, value]);
    }
    const hasBody = method !== "HEAD" && status !== 204 && status !== 304;
    const done = () => {
      if (closes) connection.close();
      else this.#keep(connection);
    };
    if (!hasBody || (length === 0 && !inChunks)) {
      done();
      onEnd();
      return new Response(null, { status, headers });
    }
    const whole = inChunks ? null : connection.buffered(length);
    if (whole !== null) {
      done();
      onEnd();
      return new Response(whole, { status, headers });
    }
    const parts = inChunks ? connection.chunks() : connection.bytes(length);
    const body = untilDone(connection, parts, done, onEnd);
    if (!isWhole) {
      return new Response(ReadableStream.from(body), { status, headers });
    }
    const bytes = Buffer.concat(await Array.fromAsync(body));
    return new Response(bytes, { status, headers });
  }
}

/** The parts of a body; then the connection is free again, or closed if somebody stopped reading. */
async function* untilDone(
  connection: Connection,
  parts: AsyncIterable<Uint8Array>,
  done: () => void,
  onEnd: () => void,
): AsyncGenerator<Uint8Array> {
  let isWhole = false;
  try {
    yield* parts;
    isWhole = true;
  } finally {
    if (isWhole) done();
    else connection.close();
    onEnd();
  }
}

class Connection {
  open = true;
  /** Whether no request is under way on it. */
  isIdle = false;
  readonly #connection: Deno.TcpConn;
  readonly #buffer = Buffer.alloc(BUFFER);
  /** What was read and not taken yet. */
  #start = 0;
  #end = 0;
  #ahead: Promise<void> | null = null;

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    connection.setNoDelay(true);
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.#connection.close();
  }

  async write(bytes: Uint8Array): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      written += await this.#connection.write(bytes.subarray(written));
    }
  }

  /**
   * Whether the other end has refused what was written, since nobody was there any more.
   *
   * A system answers bytes for a connection that is closed with a reset, on one machine at once, and
   * then refuses further ones; where the bytes had been read, it takes them.
   */
  async wasReset(): Promise<boolean> {
    if (!this.open) return false;
    try {
      await this.#connection.write(new Uint8Array(1));
      return false;
    } catch {
      return true;
    }
  }

  /** Begin to read what comes next, which also tells when the other end has closed. */
  readAhead(): void {
    this.isIdle = true;
    this.#ahead = this.#fill();
    this.#ahead.catch(() => {
      if (this.isIdle) this.close();
    });
  }

  /** The head of an answer, without the empty line behind it. */
  async readHead(): Promise<string> {
    return (await this.#until("\r\n\r\n")).trimEnd();
  }

  /** The next bytes, if all of them are here. */
  buffered(length: number): Uint8Array<ArrayBuffer> | null {
    if (this.#end - this.#start < length) return null;
    const bytes = new Uint8Array(
      this.#buffer.subarray(this.#start, this.#start + length),
    );
    this.#start += length;
    return bytes;
  }

  /** So many bytes, as they come. */
  async *bytes(length: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (let left = length; left > 0;) {
      if (this.#start === this.#end) await this.#more();
      const part = this.buffered(Math.min(left, this.#end - this.#start))!;
      left -= part.length;
      yield part;
    }
  }

  /** A body in chunks (RFC 9112, 7.1), as they come. */
  async *chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    while (true) {
      const size = parseInt(await this.#until("\r\n"), 16);
      if (Number.isNaN(size)) throw new Error("A chunk has no size");
      if (size === 0) break;
      yield* this.bytes(size);
      await this.#until("\r\n");
    }
    while (await this.#until("\r\n") !== "\r\n");
  }

  /** The text up to a mark and with it. */
  async #until(mark: string): Promise<string> {
    let at: number;
    while (
      (at = this.#buffer.subarray(this.#start, this.#end).indexOf(mark)) < 0
    ) {
      await this.#more();
    }
    const end = this.#start + at + mark.length;
    const text = this.#buffer.toString("latin1", this.#start, end);
    this.#start = end;
    return text;
  }

  async #more(): Promise<void> {
    const ahead = this.#ahead ?? this.#fill();
    this.#ahead = null;
    await ahead;
  }

  async #fill(): Promise<void> {
    if (this.#start > 0) this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    if (this.#end === this.#buffer.length) {
      throw new Error("A head is too long");
    }
    const count = await this.#connection.read(this.#buffer.subarray(this.#end));
    if (count === null) throw new Error("The function closed the connection");
    this.#end += count;
  }
}
