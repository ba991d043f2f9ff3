/** Request bodies that are read whole: no more than a limit, and only if they are UTF-8. */

import type { Problem } from "./problem.ts";

/** Makes the refusal in the shape of the service that reads the body. */
export type Refuse = (status: 400 | 413, message: string) => Problem;

/**
 * The body as text; empty if there is none.
 *
 * @param limit The most bytes.
 * @param refuse What to throw if the body is larger, broken off or not UTF-8.
 */
export async function readText(
  request: Request,
  limit: number,
  refuse: Refuse,
): Promise<string> {
  const bytes = await readBytes(request, limit, refuse);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refuse(400, "The request body is not valid UTF-8.");
  }
}

/** The body's bytes; see `readText`. */
export async function readBytes(
  request: Request,
  limit: number,
  refuse: Refuse,
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    refuse(413, `The request body is larger than ${limit} bytes.`);
  // Refusing by the announced length spares the sender the upload; the count below does not
  // trust it.
  if (Number(request.headers.get("content-length") ?? 0) > limit) {
    throw tooLarge();
  }
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body) {
      size += chunk.byteLength;
      if (size > limit) break;
      chunks.push(chunk);
    }
  } catch {
    throw refuse(400, "The request body broke off.");
  }
  if (size > limit) throw tooLarge();
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** The body as a JSON object; see `readText`. */
export async function readObject(
  request: Request,
  limit: number,
  refuse: Refuse,
): Promise<Record<string, unknown>> {
  return parseObject(await readText(request, limit, refuse), refuse);
}

/** Text as a JSON object. Throws what `refuse` makes if it is none. */
export function parseObject(
  text: string,
  refuse: Refuse,
): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse(400, "The request body is not valid JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refuse(400, "The request body is not a JSON object.");
  }
  return value as Record<string, unknown>;
}
