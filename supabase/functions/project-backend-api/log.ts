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

/** Write each entry by itself: the platform makes an event of every call. */
export const consoleLog: Log = (entry) => console.log(JSON.stringify(entry));

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
