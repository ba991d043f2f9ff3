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
