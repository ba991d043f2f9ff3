/** Written by the build: each folder here with an `index.ts` is a language. */

import type { Language } from "./language.ts";
import ar from "./ar/index.ts";
import en from "./en/index.ts";

export const languages: Readonly<Record<string, Language>> = { ar, en };
