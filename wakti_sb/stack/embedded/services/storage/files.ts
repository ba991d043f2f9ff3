/**
 * The bytes of objects, in a folder.
 *
 * A file is named by its object's version, a UUID made here. The names that users choose stay in
 * the database: no name can lead out of the folder, two uploads of one name never write to one
 * file, and moving an object touches no file. A file is complete before it has its name.
 */

import { createHash } from "node:crypto";
import { invalidRequest, tooLarge } from "./errors.ts";

const VERSION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const INCOMPLETE = ".part";

/** How often a row is read again whose file has just been replaced. */
export const REPLACED = 5;

export interface Written {
  readonly size: number;
  /** As S3 makes it: the MD5 of the bytes, in quotes. */
  readonly etag: string;
}

/** The official CLI's default for `[storage] file_size_limit`. */
export const FILE_SIZE_LIMIT = 50 * 1024 * 1024;

export class FileStore {
  /**
   * @param folder Where the files are.
   * @param limit The most bytes of one, in every bucket.
   */
  constructor(readonly folder: string, readonly limit = FILE_SIZE_LIMIT) {}

  /**
   * Writes a file. Throws the refusal for a body that is too large.
   *
   * @param limit The most bytes.
   */
  async write(
    version: string,
    body: ReadableStream<Uint8Array>,
    limit: number,
  ): Promise<Written> {
    const path = this.#path(version);
    const incomplete = path + INCOMPLETE;
    await Deno.mkdir(this.folder, { recursive: true });
    try {
      const written = await drain(body, incomplete, limit);
      await Deno.rename(incomplete, path);
      return written;
    } catch (error) {
      await removeIfThere(incomplete);
      throw error;
    }
  }

  /** Takes in a file that is complete already. */
  async adopt(version: string, path: string): Promise<Written> {
    const hash = createHash("md5");
    let size = 0;
    using file = await Deno.open(path);
    for await (const chunk of file.readable) {
      size += chunk.byteLength;
      hash.update(chunk);
    }
    await Deno.rename(path, this.#path(version));
    await removeIfThere(`${path}.json`);
    return { size, etag: `"${hash.digest("hex")}"` };
  }

  /** Removes what uploads left behind that a killed process did not finish. */
  async sweep(): Promise<void> {
    try {
      for await (const { name } of Deno.readDir(this.folder)) {
        if (!name.endsWith(INCOMPLETE)) continue;
        await removeIfThere(`${this.folder}/${name}`);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Opens a file for reading; null if there is none. */
  async open(version: string | null): Promise<Deno.FsFile | null> {
    if (version === null || !VERSION.test(version)) return null;
    try {
      return await Deno.open(this.#path(version));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  }

  /** Copies a file; false if there is none. */
  async copy(from: string | null, to: string): Promise<boolean> {
    if (from === null || !VERSION.test(from)) return false;
    try {
      await Deno.copyFile(this.#path(from), this.#path(to));
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  /** Removes files; those that are not there are no error. */
  async remove(versions: readonly (string | null)[]): Promise<void> {
    const ours = versions.filter((one) => one !== null && VERSION.test(one));
    await Promise.all(ours.map((one) => removeIfThere(this.#path(one!))));
  }

  #path(version: string): string {
    if (!VERSION.test(version)) throw new Error("not a version");
    return `${this.folder}/${version}`;
  }
}

async function drain(
  body: ReadableStream<Uint8Array>,
  path: string,
  limit: number,
): Promise<Written> {
  const hash = createHash("md5");
  let size = 0;
  using file = await Deno.open(path, { write: true, create: true });
  for await (const chunk of readable(body)) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge();
    hash.update(chunk);
    for (let done = 0; done < chunk.byteLength;) {
      done += await file.write(chunk.subarray(done));
    }
  }
  return { size, etag: `"${hash.digest("hex")}"` };
}

/** The chunks of a body. Throws the refusal if its sender breaks off, or breaks the rules. */
async function* readable(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    while (true) {
      const read = await reader.read().catch(() => {
        throw invalidRequest("The request body broke off.");
      });
      if (read.done) return;
      yield read.value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
