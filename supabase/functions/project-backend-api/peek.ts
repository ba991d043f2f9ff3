/** The longest text that is looked at, in bytes; a longer one is as good as an empty one. */
const longest = 256;

const decoder = new TextDecoder();

/**
 * The texts of some fields of a JSON object, found by one look along its bytes: whatever else it
 * holds is not parsed. Of two fields of one name the last counts, as for `JSON.parse`; what is no
 * JSON yields something or nothing, and is refused when it is parsed.
 */
export function peek<Name extends string>(
  bytes: Uint8Array,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  let depth = 0;
  let text: string | undefined;
  let field: Name | undefined;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case 0x22: { // "
        const end = endOfText(bytes, at);
        if (depth === 1) {
          text = textOf(bytes.subarray(at, end + 1));
          if (field !== undefined) found[field] = text;
        }
        at = end;
        break;
      }
      case 0x3a: // :
        if (depth === 1) field = names.find((name) => name === text);
        break;
      case 0x2c: // ,
        if (depth === 1) field = undefined;
        break;
      case 0x7b: // {
      case 0x5b: // [
        depth++;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        break;
    }
  }
  return found;
}

/** Where the text that begins at `start` has its closing quotation mark. */
function endOfText(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== 0x22) {
    at += bytes[at] === 0x5c ? 2 : 1;
  }
  return at;
}

function textOf(quoted: Uint8Array): string | undefined {
  if (quoted.byteLength > longest) return "";
  try {
    return String(JSON.parse(decoder.decode(quoted)));
  } catch {
    return undefined;
  }
}
