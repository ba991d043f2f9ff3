/** Large JSON bodies. What a stranger sends is parsed only after the gates have let it in. */
import type { Context } from "./context.ts";
import { enter } from "./context.ts";
import { ApiError } from "./errors.ts";
import { peek } from "./peek.ts";
import { isUuid } from "./schemas.ts";
import { limits } from "./settings.ts";
import { Tally } from "./tally.ts";

/** Bytes from which on a body is worth a call of its own. */
const large = 64 * 1024;

const tally = new Tally();

/** Count a body that announces to be large, before a byte of it is read. */
export function countLarge({ request, client }: Context): void {
  const size = Number(request.headers.get("content-length") ?? Infinity);
  if (size > large && tally.add(client ?? "unknown") > limits.largeBodies) {
    throw new ApiError("rate_limited", null, { retryAfter: 60 });
  }
}

/** Ask the gates about a body that is large, by the few fields that they need. */
export async function knock(
  context: Context,
  body: Uint8Array,
): Promise<void> {
  if (body.byteLength <= large) return;
  const { projectId, action = "" } = peek(body, ["projectId", "action"]);
  if (projectId === undefined) {
    throw new ApiError("missing_field", "projectId is required");
  }
  if (!isUuid(projectId)) throw new ApiError("invalid_project_id");
  const { user } = await context.services.owners.identify(
    context.request.headers,
    context.deadline,
  );
  context.project = projectId;
  await enter(context, "knock", [
    projectId,
    context.origin,
    context.client,
    user,
    featureOf(action),
  ]);
}

/** The system that an action belongs to, by the name of its switch in `features`. */
function featureOf(action: string): string | null {
  if (action === "submit") return "forms";
  if (action.startsWith("collection/")) return "collections";
  return action.startsWith("auth/") ? "auth" : null;
}
