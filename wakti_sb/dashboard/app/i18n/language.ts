/** What a folder of this one says about its language. */

import type { Messages } from "./messages.ts";

export interface Language {
  /** As its own speakers call it. */
  readonly name: string;
  readonly direction: "ltr" | "rtl";
  /** For numbers and times, as Intl knows it. */
  readonly tag: string;
  readonly messages: Messages;
}
