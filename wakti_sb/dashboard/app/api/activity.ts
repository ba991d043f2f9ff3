/** What happened in a project lately, day by day. */

import { type Api, rows } from "./client.ts";

export interface Day {
  /** Of the reader's time zone: `2026-11-26`. */
  readonly day: string;
  readonly messages: number;
  readonly accounts: number;
  /** Messages whose sender or words the owner has blocked. */
  readonly blocked: number;
}

export const ACTIVITY_DAYS = 30;

export function readActivity(
  api: Api,
  project: string,
): Promise<readonly Day[]> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  return rows(
    api.supabase.rpc("project_activity", {
      project,
      days: ACTIVITY_DAYS,
      zone,
    }),
  );
}
