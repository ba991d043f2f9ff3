/** Files that nobody needs: of uploads whose function died, and of projects that are gone. */
import { ask, type Context } from "./context.ts";
import { bodyOf } from "./database.ts";
import { Deadline } from "./deadline.ts";

/** A reservation that no file will fill. */
interface Reserved {
  readonly id: string;
  readonly path: string;
}

/** What the database names for removal; a file of a project that is gone has no id. */
export type Leftover = Reserved | { readonly id: null; readonly path: string };

/** Removes what the database has found while it looked at an upload. */
export async function clearLeftovers(
  context: Context,
  projectId: string,
  leftovers: readonly Leftover[],
): Promise<void> {
  const reserved: Reserved[] = [];
  const abandoned: string[] = [];
  for (const leftover of leftovers) {
    if (leftover.id === null) abandoned.push(leftover.path);
    else reserved.push(leftover);
  }
  if (reserved.length > 0) await clear(context, projectId, reserved);
  if (abandoned.length === 0) return;
  // Nothing of this project: if it fails, the next upload of anybody tries again.
  await context.services.storage.remove(abandoned, context.deadline).catch(
    () => {},
  );
}

/**
 * Gives reservations up behind the answer, in a time of its own. If it fails, the next upload clears
 * away what is left.
 */
export function clearLater(
  context: Context,
  projectId: string,
  reservations: readonly Reserved[],
): void {
  if (reservations.length === 0) return;
  clear({ ...context, deadline: new Deadline() }, projectId, reservations)
    .catch(() => {});
}

/** Gives reservations up: first what storage may hold of them, then their room. */
async function clear(
  context: Context,
  projectId: string,
  reservations: readonly Reserved[],
): Promise<void> {
  const { storage } = context.services;
  await storage.remove(
    reservations.map(({ path }) => path),
    context.deadline,
  );
  bodyOf(
    await ask(context, "release_uploads", [
      projectId,
      reservations.map(({ id }) => id),
    ]),
  );
}
