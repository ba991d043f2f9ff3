/** English, and the shape of every other language. */

import type { Language } from "../language.ts";
import { data } from "./data.ts";
import { inbox } from "./inbox.ts";
import { overview } from "./overview.ts";
import { problems } from "./problems.ts";
import { settings } from "./settings.ts";
import { shell } from "./shell.ts";
import { uploads } from "./uploads.ts";
import { users } from "./users.ts";

export const en = {
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
  name: "English",
  direction: "ltr",
  tag: "en",
  messages: en,
};

export default language;
