/** DELETE and UPDATE without a WHERE, found in SQL or in the body of a function. */

export type Verb = "DELETE" | "UPDATE";

/** Comments, texts in quotes of every kind, names in quotes; then words and signs. */
const TOKEN =
  /--[^\n]*|\/\*[^]*?\*\/|e'(?:\\[^]|''|[^'\\])*'|'(?:''|[^'])*'|"(?:""|[^"])*"|\$(\w*)\$[^]*?\$\1\$|[\p{L}_][\p{L}\p{N}_$]*|[^\s]/giu;

/** The first such statement's verb; null if every one has a filter. */
export function unfiltered(text: string): Verb | null {
  const tokens = [...text.matchAll(TOKEN)]
    .map(([token]) => token.toLowerCase())
    .filter((token) => !/^(--|\/\*)/.test(token));
  for (const [at, token] of tokens.entries()) {
    const verb = token === "delete" && tokens[at + 1] === "from"
      ? "DELETE"
      : token === "update" && setsSomething(tokens, at)
      ? "UPDATE"
      : null;
    if (verb !== null && !has(tokens, at, "where")) return verb;
  }
  return null;
}

/** Also one that is only spelled in a text of the body, to be executed. */
export function mayBeUnfiltered(body: string): boolean {
  if (unfiltered(body) !== null) return true;
  return [...body.matchAll(TOKEN)].some(([token]) =>
    /^(e?'|\$)/i.test(token) && /\b(delete\s+from|update)\b/i.test(token) &&
    !/\bwhere\b/i.test(token)
  );
}

/** `for update`, `do update set` and `before update on` are no statements of their own. */
function setsSomething(tokens: readonly string[], at: number): boolean {
  const before = tokens[at - 1];
  return before !== "do" && before !== "for" && before !== "key" &&
    has(tokens, at, "set");
}

/** Whether a word stands in the statement that begins at a place, and not inside of parentheses. */
function has(tokens: readonly string[], at: number, word: string): boolean {
  let depth = 0;
  for (const token of tokens.slice(at + 1)) {
    if (token === "(") depth++;
    if (token === ")") depth--;
    if (depth < 0 || token === ";") return false;
    if (depth === 0 && token === word) return true;
  }
  return false;
}
