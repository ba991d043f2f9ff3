/** Files: listed from the database, stored and deleted through the site API. */

import { type Api, MAX_ROWS, type Page, page, rows } from "./client.ts";
import { Problem, siteProblem } from "./problem.ts";

export interface Upload {
  readonly id: string;
  readonly filename: string;
  readonly storage_path: string;
  readonly file_type: string;
  readonly size_bytes: number;
  readonly uploaded_at: string;
}

const COLUMNS = "id,filename,storage_path,file_type,size_bytes,uploaded_at";

export const UPLOAD_PAGE = 48;

const REMOVED_AT_ONCE = 100;

export function listUploads(
  api: Api,
  project: string,
  start: number,
): Promise<Page<Upload>> {
  const list = api.supabase.from("project_uploads")
    .select(COLUMNS, { count: "exact" })
    .eq("project_id", project)
    .eq("status", "stored");
  return page(
    list.order("uploaded_at", { ascending: false }).order("id")
      .range(start, start + UPLOAD_PAGE - 1),
  );
}

/** Where anybody may fetch the file. */
export function publicUrl(api: Api, path: string): string {
  const bucket = api.supabase.storage.from("project-uploads");
  return bucket.getPublicUrl(path).data.publicUrl;
}

/**
 * Stores a file. Throws Problem.
 *
 * @param onProgress Told the part that has been sent, from 0 to 1.
 */
export async function uploadFile(
  api: Api,
  project: string,
  file: File,
  onProgress: (part: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const token = await accessToken(api);
  const form = new FormData();
  form.append("projectId", project);
  form.append("file", file);
  // Only XMLHttpRequest tells how much of a body has been sent.
  const request = new XMLHttpRequest();
  request.open("POST", api.siteUrl);
  request.setRequestHeader("Authorization", `Bearer ${token}`);
  request.setRequestHeader("apikey", api.config.publishableKey);
  request.responseType = "json";
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) onProgress(event.loaded / event.total);
  };
  signal.addEventListener("abort", () => request.abort());
  await new Promise<void>((resolve, reject) => {
    request.onloadend = () => {
      if (request.status === 200) resolve();
      else reject(siteProblem(request.status, request.response));
    };
    request.send(form);
  });
}

/** Deletes a file: the object and its row. Throws Problem. */
export async function deleteUpload(
  api: Api,
  project: string,
  id: string,
): Promise<void> {
  const answer = await fetch(api.siteUrl, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "Authorization": `Bearer ${await accessToken(api)}`,
      "apikey": api.config.publishableKey,
    },
    body: JSON.stringify({ projectId: project, action: "upload/delete", id }),
  });
  if (answer.ok) return;
  throw siteProblem(answer.status, await answer.json().catch(() => null));
}

/**
 * Removes the files of a project from the storage and leaves their rows. What cannot be removed now
 * waits in the database until it is. Throws Problem if the rows cannot be read.
 */
export async function removeFiles(api: Api, project: string): Promise<void> {
  const bucket = api.supabase.storage.from("project-uploads");
  for (let start = 0;; start += MAX_ROWS) {
    const list = api.supabase.from("project_uploads").select("storage_path")
      .eq("project_id", project).eq("status", "stored").order("id");
    const found = await rows<Pick<Upload, "storage_path">>(
      list.range(start, start + MAX_ROWS - 1),
    );
    for (let at = 0; at < found.length; at += REMOVED_AT_ONCE) {
      const some = found.slice(at, at + REMOVED_AT_ONCE);
      await bucket.remove(some.map(({ storage_path }) => storage_path));
    }
    if (found.length < MAX_ROWS) return;
  }
}

async function accessToken(api: Api): Promise<string> {
  const { data } = await api.supabase.auth.getSession();
  if (!data.session) throw new Problem("session");
  return data.session.access_token;
}
