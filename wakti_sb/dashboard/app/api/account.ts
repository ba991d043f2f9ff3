/** The owner's own account. */

import type { AuthError } from "@supabase/supabase-js";
import { type Api, one } from "./client.ts";
import { deleteProject, listProjects } from "./projects.ts";
import { Problem } from "./problem.ts";

/**
 * Deletes the account and every project of it. The password is asked for again: a session that was
 * left open is not enough. Returns what is wrong with it, null once the account is gone.
 *
 * Throws Problem.
 */
export async function deleteAccount(
  api: Api,
  account: { readonly id: string; readonly email: string },
  password: string,
): Promise<AuthError | null> {
  const { email } = account;
  const { error } = await api.supabase.auth
    .signInWithPassword({ email, password });
  if (error) return error;
  // Their files are nobody's business but their owner's: they go while there is one.
  for (const { id } of await listProjects(api)) await deleteProject(api, id);
  const gone = await one<boolean>(
    api.supabase.rpc("delete_account", { account: account.id }),
  );
  if (!gone) throw new Problem("gone");
  return null;
}
