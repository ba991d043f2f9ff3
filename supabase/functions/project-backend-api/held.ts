/** The bytes of a form while it is read, in memory that is given back at once. */
import type { Share } from "./room.ts";

/** Bytes of a block: as much as is there already, within these bounds. */
const least = 64 * 1024;

const most = 1024 * 1024;

/**
 * Give the memory of these bytes back. The collector would do so, but not before it has seen some
 * hundred megabytes of it.
 */
export function free(bytes: Uint8Array<ArrayBuffer>): void {
  // An older runtime leaves it to its collector.
  bytes.buffer.transfer?.(0);
}

/**
 * Copies of chunks, in blocks of our own, each noted in a share before it is made: a chunk of seven
 * bytes comes in a buffer of 64 KiB.
 */
export class Held {
  readonly #blocks: Uint8Array<ArrayBuffer>[] = [];
  /** What is not used yet of the last block. */
  #rest = new Uint8Array(0);
  #size = 0;

  /** @param take notes so many bytes more, and waits until there is room for them. */
  constructor(readonly take: Share["take"]) {}

  /** Keep a chunk, which is given back; the result is what was kept of it, in order. */
  async keep(
    chunk: Uint8Array<ArrayBuffer>,
  ): Promise<readonly Uint8Array<ArrayBuffer>[]> {
    const views: Uint8Array<ArrayBuffer>[] = [];
    for (let at = 0; at < chunk.byteLength;) {
      if (this.#rest.byteLength === 0) await this.#grow();
      const view = this.#rest.subarray(0, chunk.byteLength - at);
      view.set(chunk.subarray(at, at + view.byteLength));
      views.push(view);
      this.#rest = this.#rest.subarray(view.byteLength);
      at += view.byteLength;
    }
    free(chunk);
    return views;
  }

  /** Give all blocks back: nothing that was kept may be read any more. */
  release(): void {
    this.#blocks.splice(0).forEach(free);
    this.#rest = new Uint8Array(0);
  }

  async #grow(): Promise<void> {
    const size = Math.min(most, Math.max(least, this.#size));
    await this.take(size);
    this.#size += size;
    this.#rest = new Uint8Array(size);
    this.#blocks.push(this.#rest);
  }
}
