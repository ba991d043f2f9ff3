/** What every language must say: the English dictionary gives the shape. */

import type { en } from "./en/index.ts";

type Spoken<Entry> = Entry extends string ? string
  : Entry extends (...values: infer Values) => string
    ? (...values: Values) => string
  : { readonly [Key in keyof Entry]: Spoken<Entry[Key]> };

/** A language that lacks one of these does not compile. */
export type Messages = Spoken<typeof en>;
