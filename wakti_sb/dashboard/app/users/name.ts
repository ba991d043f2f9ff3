/** What an account is called. */

import type { SiteUser } from "../api/users.ts";
import { visible } from "../primitives/visible.ts";

/** The name that its owner chose, else the e-mail address. */
export function nameOf(user: SiteUser): string {
  return visible(user.display_name || user.email);
}
