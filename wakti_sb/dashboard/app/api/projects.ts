/** Projects, their backends, and what a project holds at a glance. */

import { type Api, done, isId, one, rows } from "./client.ts";
import { type Features, NEW_PROJECT } from "./features.ts";
import { Problem } from "./problem.ts";
import { removeFiles } from "./uploads.ts";

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
}

export interface Backend {
  readonly id: string;
  readonly enabled: boolean;
  readonly allowed_origins: readonly string[];
  readonly features: Features;
  readonly updated_at: string;
}

export interface Overview {
  readonly submissions: number;
  readonly unread: number;
  readonly spam: number;
  readonly forms: readonly {
    readonly name: string;
    readonly total: number;
    readonly unread: number;
  }[];
  readonly collections: readonly CollectionSummary[];
  /** Every label of a message, by name. */
  readonly labels: readonly string[];
  readonly files: number;
  /** Announced by the site, and never arrived. */
  readonly failed_files: number;
  readonly bytes: number;
  readonly users: number;
}

export interface CollectionSummary {
  readonly name: string;
  readonly display_name: string | null;
  readonly total: number;
}

const PROJECT = "id,name,created_at";
const BACKEND = "id,enabled,allowed_origins,features,updated_at";

export function listProjects(api: Api): Promise<readonly Project[]> {
  const list = api.supabase.from("projects").select(PROJECT);
  return rows(list.order("created_at", { ascending: false }).limit(500));
}

/** The project. Throws Problem, "gone" if this owner has no such project. */
export async function readProject(api: Api, id: string): Promise<Project> {
  if (!isId(id)) throw new Problem("gone");
  return await one(api.supabase.from("projects").select(PROJECT).eq("id", id));
}

/** Makes a project and switches its backend on. */
export async function createProject(
  api: Api,
  owner: string,
  name: string,
): Promise<Project> {
  const project = await one<Project>(
    api.supabase.from("projects").insert({ user_id: owner, name })
      .select(PROJECT),
  );
  await done(
    api.supabase.from("project_backends")
      .insert(newBackend(owner, project.id)),
  );
  return project;
}

export async function renameProject(
  api: Api,
  id: string,
  name: string,
): Promise<void> {
  const change = api.supabase.from("projects").update({ name }).eq("id", id);
  await one(change.select("id"));
}

/**
 * Deletes a project and everything in it, for good: its files first, for nobody but who owns the
 * project can remove them.
 */
export async function deleteProject(api: Api, id: string): Promise<void> {
  await removeFiles(api, id);
  await done(api.supabase.from("projects").delete().eq("id", id));
}

/** The backend's settings; null where it was never switched on. */
export async function readBackend(
  api: Api,
  project: string,
): Promise<Backend | null> {
  const list = api.supabase.from("project_backends").select(BACKEND);
  const found = await rows<Backend>(list.eq("project_id", project));
  return found[0] ?? null;
}

export function createBackend(
  api: Api,
  owner: string,
  project: string,
): Promise<Backend> {
  const row = newBackend(owner, project);
  return one(
    api.supabase.from("project_backends").insert(row).select(BACKEND),
  );
}

function newBackend(owner: string, project: string) {
  return {
    project_id: project,
    user_id: owner,
    enabled: true,
    features: NEW_PROJECT,
  };
}

export type BackendChange = Partial<
  Pick<Backend, "enabled" | "allowed_origins" | "features">
>;

/** Saves settings. Throws Problem, "conflict" if they changed since they were read. */
export async function saveBackend(
  api: Api,
  backend: Backend,
  change: BackendChange,
): Promise<Backend> {
  const saved = await rows<Backend>(
    api.supabase.from("project_backends").update(change)
      .eq("id", backend.id).eq("updated_at", backend.updated_at)
      .select(BACKEND),
  );
  if (saved[0]) return saved[0];
  const still = api.supabase.from("project_backends").select("id");
  await one(still.eq("id", backend.id));
  throw new Problem("conflict");
}

/** Throws Problem, "gone" if this owner has no such project. */
export function readOverview(api: Api, project: string): Promise<Overview> {
  return one(api.supabase.rpc("project_overview", { project }));
}
