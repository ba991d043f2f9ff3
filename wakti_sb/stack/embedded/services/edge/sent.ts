/** What a caller sends beside the head of its request. */

/** How long the gateway waits for the first of a body, in milliseconds. */
const PATIENCE = 20;

export type Body = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;

/**
 * The body of a request.
 *
 * Whatever becomes of the request, its body has to be read to the end or given up: the server keeps a
 * connection with a body that is neither until the body is collected as garbage, and then ends it.
 */
export class Sent {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | null;
  readonly #length: number;
  readonly #whole = Promise.withResolvers<void>();

  constructor(request: Request) {
    this.#reader = request.body?.getReader() ?? null;
    this.#length = Number(request.headers.get("content-length"));
    if (this.#reader === null) this.#whole.resolve();
  }

  /** Settled when the last byte is here; never where it does not come. */
  get whole(): Promise<void> {
    return this.#whole.promise;
  }

  /**
   * The body, once the first of it is here.
   *
   * Fetch would else send the head alone and the body only when the head was acknowledged, which
   * takes 40 ms. One that is slow to begin is passed on as a stream, for the function to judge.
   */
  async begun(): Promise<Body> {
    const reader = this.#reader;
    if (reader === null) return null;
    const first = reader.read();
    first.catch(() => {}); // whoever reads the stream is told
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, PATIENCE, null);
    });
    const early = await Promise.race([first, late]).catch(() => null);
    clearTimeout(timer);
    if (early?.value !== undefined && early.value.byteLength === this.#length) {
      this.#whole.resolve();
      reader.read().catch(() => {}); // the end
      return early.value as Uint8Array<ArrayBuffer>;
    }
    let taken = false;
    return new ReadableStream({
      pull: async (controller) => {
        const { done, value } = taken ? await reader.read() : await first;
        taken = true;
        if (!done) return controller.enqueue(value);
        this.#whole.resolve();
        controller.close();
      },
      cancel: (reason) => reader.cancel(reason),
    });
  }

  /** Nobody reads what is still to come. */
  giveUp(): void {
    this.#reader?.cancel().catch(() => {});
  }
}
