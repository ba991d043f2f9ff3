/** Form submissions: what visitors sent. */

import {
  type Api,
  done,
  eachPortion,
  isId,
  MAX_ROWS,
  one,
  page,
  portions,
  searched,
} from "./client.ts";
import type { Page } from "./client.ts";
import type { Json } from "./json.ts";
import { Problem } from "./problem.ts";

export interface Submission {
  readonly id: string;
  readonly form_name: string;
  readonly data: Json;
  readonly status: "read" | "unread";
  readonly is_spam: boolean;
  readonly origin: string | null;
  readonly created_at: string;
  /** What the owner wrote about it. */
  readonly note: string | null;
  readonly labels: readonly string[];
  /** Whether its sender or a word in it is on the owner's lists. */
  readonly blocked: boolean;
}

/** Characters of a note, labels of a message, characters of a label; the database refuses more. */
export const MAX_NOTE_CHARS = 10_000;
export const MAX_LABELS = 20;
export const MAX_LABEL_CHARS = 50;

export interface InboxFilter {
  /** A form's name; null for all. */
  readonly form: string | null;
  readonly status: "all" | "read" | "unread";
  readonly spam: boolean;
  /** One of the owner's labels; null for all messages. */
  readonly label: string | null;
  /** A text that one of the values must hold. */
  readonly search: string;
}

export type Mark = Partial<
  Pick<Submission, "status" | "is_spam" | "note" | "labels">
>;

const TABLE = "project_form_submissions";
const COLUMNS =
  "id,form_name,data,status,is_spam,origin,created_at,note,labels,blocked";

export const INBOX_PAGE = 50;

function listed(
  api: Api,
  project: string,
  filter: InboxFilter,
  columns: string = COLUMNS,
) {
  let list = api.supabase.from(TABLE).select(columns, { count: "exact" })
    .eq("project_id", project)
    .eq("is_spam", filter.spam);
  if (filter.form !== null) list = list.eq("form_name", filter.form);
  if (filter.status !== "all") list = list.eq("status", filter.status);
  if (filter.label !== null) {
    list = list.filter("labels", "cs", `{${element(filter.label)}}`);
  }
  if (filter.search) {
    list = list.filter("search_text", "imatch", searched(filter.search));
  }
  return list.order("created_at", { ascending: false }).order("id");
}

/** A text as an element of a PostgreSQL array. */
function element(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

export function listSubmissions(
  api: Api,
  project: string,
  filter: InboxFilter,
  start: number,
): Promise<Page<Submission>> {
  const list = listed(api, project, filter);
  return page(list.range(start, start + INBOX_PAGE - 1));
}

/** Every submission that the filter lets through, in portions. */
export function allSubmissions(
  api: Api,
  project: string,
  filter: InboxFilter,
): AsyncGenerator<Page<Submission>> {
  return everyPage(api, project, filter, COLUMNS);
}

/** The ids of every submission that the filter lets through. */
export async function submissionIds(
  api: Api,
  project: string,
  filter: InboxFilter,
): Promise<readonly string[]> {
  const ids: string[] = [];
  const pages = everyPage<{ id: string }>(api, project, filter, "id");
  for await (const { rows } of pages) ids.push(...rows.map(({ id }) => id));
  return ids;
}

async function* everyPage<Row>(
  api: Api,
  project: string,
  filter: InboxFilter,
  columns: string,
): AsyncGenerator<Page<Row>> {
  let start = 0;
  while (true) {
    const part = await page<Row>(
      listed(api, project, filter, columns).range(start, start + MAX_ROWS - 1),
    );
    yield part;
    start += part.rows.length;
    if (part.rows.length === 0 || start >= part.total) return;
  }
}

/** One submission, for an address that names it. Throws Problem, "gone" if it was deleted. */
export async function readSubmission(
  api: Api,
  id: string,
): Promise<Submission> {
  if (!isId(id)) throw new Problem("gone");
  return await one(api.supabase.from(TABLE).select(COLUMNS).eq("id", id));
}

/** The id of the newest submission; null in an empty inbox. */
export async function newestSubmission(
  api: Api,
  project: string,
): Promise<string | null> {
  const list = api.supabase.from(TABLE).select("id").eq("project_id", project);
  const newest = await page<{ id: string }>(
    list.order("created_at", { ascending: false }).limit(1),
  );
  return newest.rows[0]?.id ?? null;
}

export async function markSubmissions(
  api: Api,
  ids: readonly string[],
  mark: Mark,
): Promise<void> {
  await eachPortion(
    portions(ids),
    (some) => done(api.supabase.from(TABLE).update(mark).in("id", some)),
  );
}

/** Writes a note over the one that was read. Throws Problem, "conflict" if another was written since. */
export async function saveNote(
  api: Api,
  { id, note }: Pick<Submission, "id" | "note">,
  text: string | null,
): Promise<void> {
  const now = await readSubmission(api, id);
  if (now.note !== note) throw new Problem("conflict");
  await markSubmissions(api, [id], { note: text });
}

export async function deleteSubmissions(
  api: Api,
  ids: readonly string[],
): Promise<void> {
  await eachPortion(
    portions(ids),
    (some) => done(api.supabase.from(TABLE).delete().in("id", some)),
  );
}
