/** Logs of the stack's processes that grew long: the older half of the story goes to `NAME.log.1`. */

import { logError } from "./log.ts";

/** Bytes after which a log begins anew; with the one before it a process keeps twice that. */
export const LONGEST_LOG = 10 * 1024 * 1024;
/** Milliseconds between two looks. */
const EVERY = 10_000;

/** Watches a folder of logs as long as the process lives. */
export function keepLogsShort(folder: string): void {
  const timer = setInterval(() => {
    try {
      rotateLogs(folder, LONGEST_LOG);
    } catch (error) {
      logError(error);
    }
  }, EVERY);
  Deno.unrefTimer(timer);
}

/**
 * Begins every log anew that is longer than `most` bytes.
 *
 * Each is the standard error of a process, which appends to it as long as it lives: so it is
 * copied and emptied, in one go, rather than renamed.
 */
export function rotateLogs(folder: string, most: number): void {
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    if (!isFile || !name.endsWith(".log")) continue;
    const path = `${folder}/${name}`;
    if (Deno.statSync(path).size <= most) continue;
    Deno.copyFileSync(path, `${path}.1`);
    Deno.truncateSync(path);
  }
}
