/** Accounts of a site's visitors. Their password hashes never leave the database. */

import { type Api, done, literal, one, type Page, page } from "./client.ts";

export interface SiteUser {
  readonly id: string;
  readonly email: string;
  readonly display_name: string | null;
  readonly status: "active" | "suspended";
  readonly last_login: string | null;
  readonly created_at: string;
}

const TABLE = "project_site_users";
const COLUMNS = "id,email,display_name,status,last_login,created_at";

export const USER_PAGE = 50;

export function listUsers(
  api: Api,
  project: string,
  search: string,
  start: number,
): Promise<Page<SiteUser>> {
  let list = api.supabase.from(TABLE).select(COLUMNS, { count: "exact" })
    .eq("project_id", project);
  if (search) {
    const value = quoted(literal(search));
    list = list.or(`email.imatch.${value},display_name.imatch.${value}`);
  }
  return page(
    list.order("created_at", { ascending: false }).order("id")
      .range(start, start + USER_PAGE - 1),
  );
}

/** A value inside `or=(…)`, where commas and brackets mean something. */
function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&")}"`;
}

/** Suspends or activates an account. The database kills a suspended one's tokens. */
export function setStatus(
  api: Api,
  id: string,
  status: SiteUser["status"],
): Promise<SiteUser> {
  const change = api.supabase.from(TABLE).update({ status }).eq("id", id);
  return one(change.select(COLUMNS));
}

/** A code for who forgot the password. It opens the account once, within 24 hours. */
export async function makeResetCode(api: Api, id: string): Promise<string> {
  const made = await one<{ readonly code: string }>(
    api.supabase.rpc("make_reset_code", { site_user: id }),
  );
  return made.code;
}

export async function deleteUser(api: Api, id: string): Promise<void> {
  await done(api.supabase.from(TABLE).delete().eq("id", id));
}
