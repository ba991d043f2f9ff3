/** Senders and words that the owner wants to hear nothing of: parts of the backend's features. */

import type { Api } from "./client.ts";
import { changed, complete } from "./features.ts";
import { asProblem, Problem } from "./problem.ts";
import { readBackend, saveBackend } from "./projects.ts";

/** Entries of each list, and characters of an entry; the database refuses more. */
export const MAX_BLOCKED = 200;
export const MAX_BLOCKED_CHARS = 254;

/** An entry in the one form that is stored: without the space around it, in lower case. */
export function plainEntry(text: string): string {
  return text.trim().toLowerCase().slice(0, MAX_BLOCKED_CHARS);
}

/** Puts an address on the list of blocked senders. Throws Problem. */
export async function blockSender(
  api: Api,
  project: string,
  address: string,
): Promise<void> {
  for (let attempt = 1;; attempt++) {
    const backend = await readBackend(api, project);
    if (!backend) throw new Problem("gone");
    const { blocked_senders } = complete(backend.features).forms;
    const entry = plainEntry(address);
    if (blocked_senders.includes(entry)) return;
    const forms = { blocked_senders: [...blocked_senders, entry] };
    try {
      await saveBackend(api, backend, {
        features: changed(backend.features, "forms", forms),
      });
      return;
    } catch (error) {
      // The settings are open in another window: once more, on top of what it saved.
      if (asProblem(error).kind !== "conflict" || attempt === 3) throw error;
    }
  }
}
