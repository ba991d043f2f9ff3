/** English, and the shape of every other language. */

import type { Language } from "../language.ts";
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

export const en = {
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
  name: "English",
  direction: "ltr",
  tag: "en",
  messages: en,
};

export default language;
