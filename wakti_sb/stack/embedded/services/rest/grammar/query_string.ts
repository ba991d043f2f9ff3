/** The query string as pairs, in the order in which they stand. */

export interface Pair {
  readonly name: string;
  /** Null where there is no `=`. */
  readonly value: string | null;
}

/** Bytes behind `%` that are no UTF-8. */
export class EncodingError extends Error {}

/**
 * The pairs of a query string. Throws EncodingError.
 *
 * @param text Without the question mark, as it stands in the address.
 */
export function pairsOf(text: string): Pair[] {
  return text.split(/[&;]/).filter((part) => part !== "").map((part) => {
    const equals = part.indexOf("=");
    return equals < 0 ? { name: decoded(part), value: null } : {
      name: decoded(part.slice(0, equals)),
      value: decoded(part.slice(equals + 1)),
    };
  });
}

function decoded(text: string): string {
  const spaced = text.replaceAll("+", " ");
  if (!spaced.includes("%")) return spaced;
  // A percent sign that begins no byte stands for itself.
  const escaped = spaced.replace(/%(?![0-9a-fA-F]{2})/g, "%25");
  try {
    return decodeURIComponent(escaped);
  } catch {
    throw new EncodingError("The address is not valid UTF-8");
  }
}

/** The same parameters, sorted by name: what `Content-Location` tells. */
export function canonical(pairs: readonly Pair[]): string {
  return [...pairs]
    .sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
    .map(({ name, value }) => `${encoded(name)}=${encoded(value ?? "")}`)
    .join("&");
}

/** Everything but letters, digits and `-_.~` as bytes; a space as a plus sign. */
function encoded(text: string): string {
  return encodeURIComponent(text)
    .replace(
      /[!'()*]/g,
      (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
    )
    .replaceAll("%20", "+");
}

/** For a `Location`, whose spaces are bytes. */
export function encodedForLocation(text: string): string {
  return encoded(text).replaceAll("+", "%20");
}
