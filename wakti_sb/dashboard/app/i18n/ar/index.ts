/** Arabic. */

import type { Language } from "../language.ts";
import type { Messages } from "../messages.ts";
import { data } from "./data.ts";
import { inbox } from "./inbox.ts";
import { overview } from "./overview.ts";
import { problems } from "./problems.ts";
import { settings } from "./settings.ts";
import { shell } from "./shell.ts";
import { uploads } from "./uploads.ts";
import { users } from "./users.ts";

const messages: Messages = {
  ...shell,
  data,
  inbox,
  overview,
  problems,
  settings,
  uploads,
  users,
};

const language: Language = {
  name: "العربية",
  direction: "rtl",
  // Digits as in the data itself, so that a count and an id read alike.
  tag: "ar-u-nu-latn",
  messages,
};

export default language;
