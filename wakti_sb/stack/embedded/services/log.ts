/** What the process prints: one line for each request, and one for what went wrong, with its time. */

/** Prints a line about an answered request: no query, since that may hold a key or a token. */
export function logRequest(
  method: string,
  path: string,
  status: number,
  milliseconds: number,
): void {
  write(`${method} ${path} ${status} ${milliseconds.toFixed(1)}ms`);
}

/** Prints a line about an error, without its stack. */
export function logError(error: unknown): void {
  write(`error: ${oneLine(error)}`);
}

/** What an error says, on one line, without anything that opens a door. */
export function oneLine(error: unknown): string {
  const { code, message } = (error ?? {}) as {
    code?: unknown;
    message?: unknown;
  };
  const said = typeof message === "string" ? message : String(error);
  const first = said.split("\n")[0] ?? "";
  const text = typeof code === "string" ? `${code}: ${first}` : first;
  return redact(text).slice(0, 300);
}

/** The text without API keys, tokens and passwords in addresses. */
export function redact(text: string): string {
  return text
    .replace(/\bsb_(publishable|secret)_[\w-]+/g, "sb_$1_…")
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, "…")
    .replace(/(\w+:\/\/[^\s:/@]*):[^\s@/]*@/g, "$1:…@");
}

const lines: string[] = [];

function write(line: string): void {
  // Control characters would let a path forge lines of its own.
  // deno-lint-ignore no-control-regex -- they are what is replaced
  const clean = line.replace(/[\u0000-\u001f\u007f]/g, "?");
  lines.push(`${new Date().toISOString()} ${clean}`);
  // Together, since writing each by itself would cost as much as answering the request.
  if (lines.length === 1) setTimeout(flushLog, 20);
}

/** Prints what is not printed yet: at the end of the process nothing may be lost. */
export function flushLog(): void {
  if (lines.length === 0) return;
  const text = lines.splice(0).join("\n");
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
