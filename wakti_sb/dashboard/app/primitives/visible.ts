/** Texts of strangers, so that nothing in them is hidden or turned around. */

/** Control characters, and marks that change the direction of what follows them. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const HIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** The text with a mark (`⟦U+202E⟧`) in place of each character that could not be seen. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (one) => {
    const code = one.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    return `⟦U+${code}⟧`;
  });
}

/**
 * A field's name as people write names: `first_name` and `firstName` are "First name". A name with
 * spaces was written for people already.
 */
export function friendly(name: string): string {
  if (/\s/.test(name)) return visible(name);
  const words = name
    .replace(
      /([\p{Ll}\p{N}])(\p{Lu}\p{Ll}*)/gu,
      (_, end, word) => `${end} ${word.length > 1 ? word.toLowerCase() : word}`,
    )
    .replace(/_+|(?<=\p{L}{2})-(?=\p{L}{2})/gu, " ")
    .trim();
  const said = words === "" ? name : words;
  return visible(said.charAt(0).toUpperCase() + said.slice(1));
}
