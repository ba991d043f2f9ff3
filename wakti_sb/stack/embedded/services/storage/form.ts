/** Forms as supabase-js sends them. */

import { Buffer } from "node:buffer";

const NAMELESS = 'name=""';
const NAMED = 'name="file"';

/**
 * Reads a form. Throws TypeError if it is none.
 *
 * supabase-js gives the file an empty name, and Deno leaves out parts with one: such a part gets
 * a name first.
 *
 * @param type The content type, with the boundary.
 */
export async function parseForm(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
): Promise<FormData> {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type);
  const body = boundary
    ? named(Buffer.from(bytes.buffer), `--${boundary[1] ?? boundary[2]}\r\n`)
    : bytes;
  return await new Response(body, { headers: { "content-type": type } })
    .formData();
}

/** The form with a name in every part whose name is empty. */
function named(form: Buffer<ArrayBuffer>, delimiter: string) {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  for (
    let at = form.indexOf(NAMELESS);
    at !== -1;
    at = form.indexOf(NAMELESS, at + 1)
  ) {
    const part = form.lastIndexOf(delimiter, at);
    // In a part's content the same bytes mean something else.
    const inHeader = part !== -1 &&
      !form.subarray(part, at).includes("\r\n\r\n");
    if (!inHeader) continue;
    pieces.push(form.subarray(done, at), Buffer.from(NAMED));
    done = at + NAMELESS.length;
  }
  return new Blob([...pieces, form.subarray(done)]);
}
