/** Words that change with a number. */

/** The words for a number, by the language's own plural rules. */
export type Plurals =
  & { readonly other: string }
  & {
    readonly [Form in Exclude<Intl.LDMLPluralRule, "other">]?: string;
  };

/** Picks the words for `count`; `#` in them stands for the number itself. */
export function plural(language: string, count: number, words: Plurals) {
  const form = new Intl.PluralRules(language).select(count);
  const number = new Intl.NumberFormat(`${language}-u-nu-latn`).format(count);
  return (words[form] ?? words.other).replace("#", number);
}
