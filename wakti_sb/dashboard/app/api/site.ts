/** What the page asks of the site API as a published site does. */

import type { Api } from "./client.ts";
import { siteProblem } from "./problem.ts";

/** Sends a message through the site API, as a form of the site would. Throws Problem. */
export async function sendMessage(
  api: Api,
  project: string,
  data: { readonly [name: string]: string },
): Promise<void> {
  const answer = await fetch(api.siteUrl, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ projectId: project, action: "submit", data }),
  }).catch(() => null);
  if (answer?.ok) return;
  throw siteProblem(
    answer?.status ?? 0,
    await answer?.json().catch(() => null),
  );
}
