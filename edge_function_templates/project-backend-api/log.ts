/** One line for each request. It never holds a body, a password, a token or a query. */
export interface Entry {
  readonly requestId: string;
  readonly action: string;
  readonly project: string | null;
  readonly status: number;
  readonly code: string | null;
  readonly ms: number;
  /** Why, where the fault is ours. */
  readonly cause?: string;
}

/** Where entries go. */
export type Log = (entry: Entry) => void;

/** The platform takes 100 events in 10 seconds from a function, and drops the others. */
const window = 10_000;

/** Entries of a window: refusals take precedence over successes, and our own faults over both. */
const mostOfAll = 90;

const mostRefusals = 80;

const mostSuccesses = 40;

/**
 * Write each entry by itself, as the platform makes an event of every call: no more in a window
 * than it takes. How many were left out is said with the first one of the next window.
 */
export function sampledLog(
  write: (line: string) => void,
  now: () => number = () => Date.now(),
): Log {
  let since = -Infinity;
  let written = 0;
  let left = 0;
  return (entry) => {
    if (now() - since >= window) {
      if (left > 0) {
        write(JSON.stringify({ event: "entries left out", count: left }));
      }
      [since, written, left] = [now(), 0, 0];
    }
    const most = entry.status >= 500
      ? mostOfAll
      : entry.status >= 400
      ? mostRefusals
      : mostSuccesses;
    if (written < most) {
      written++;
      write(JSON.stringify(entry));
    } else {
      left++;
    }
  };
}

/**
 * Write entries to a file or pipe: at once while it is quiet, else together what `ms` brings.
 * A write for each line would be a tenth of the work of a short request.
 */
export function batchedLog(write: (text: string) => void, ms = 20): Log {
  let lines = "";
  let isResting = false;
  const flush = (): void => {
    isResting = lines !== "";
    if (!isResting) return;
    write(lines);
    lines = "";
    setTimeout(flush, ms);
  };
  return (entry) => {
    lines += `${JSON.stringify(entry)}\n`;
    if (!isResting) flush();
  };
}

/** What may be said about an error in a log: kinds and codes; messages can repeat what was sent. */
export function describe(error: unknown): string {
  if (typeof error === "string") return error;
  if (!(error instanceof Error)) return "unknown";
  const parts = [error.name];
  if ("code" in error) parts.push(String(error.code));
  if ("routine" in error) parts.push(String(error.routine));
  const frame = error.stack?.split("\n").find((line) => /^\s+at /.test(line));
  if (frame) parts.push(frame.trim());
  return parts.join(" ");
}
