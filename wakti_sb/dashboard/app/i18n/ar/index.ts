/** Arabic. */

import type { Language } from "../language.ts";
import type { Messages } from "../messages.ts";
import { common } from "./common.ts";
import { data } from "./data.ts";
import { inbox } from "./inbox.ts";
import { overview } from "./overview.ts";
import { preferences } from "./preferences.ts";
import { problems } from "./problems.ts";
import { projects } from "./projects.ts";
import { session } from "./session.ts";
import { settings } from "./settings.ts";
import { shell } from "./shell.ts";
import { uploads } from "./uploads.ts";
import { users } from "./users.ts";

const messages: Messages = {
  common,
  data,
  inbox,
  overview,
  preferences,
  problems,
  projects,
  session,
  settings,
  shell,
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
