// The requests of the product's own page, through supabase-js, by one person for one project.
// Prints a JSON object: for each request what came of it.

import { createClient } from "npm:@supabase/supabase-js@2.119.1";

const [role, email, password, owner, project, rows] = Deno.args;
const key = Deno.env.get("PUBLISHABLE_KEY")!;
const client = createClient(Deno.env.get("API_URL")!, key, {
  auth: { persistSession: false, autoRefreshToken: false },
});
if (role !== "visitor") {
  const { error } = await client.auth.signInWithPassword({ email, password });
  if (error) throw error;
}

interface Answer {
  readonly data?: unknown;
  readonly count?: number | null;
  readonly error: { message: string; code?: string } | null;
}

const came: Record<string, string> = {};

/** What came of a request: an error's code, the number of rows that it told, or ok. */
async function ask(name: string, request: PromiseLike<Answer>): Promise<void> {
  const { data, count, error } = await request;
  if (error) came[name] = error.code ?? error.message;
  else if (typeof count === "number") came[name] = `${count} rows`;
  else if (Array.isArray(data)) came[name] = `${data.length} rows`;
  else came[name] = data === null && name === "load the backend" ? "0 rows" : "ok";
}

const known: Record<string, string> = JSON.parse(rows!);
const tables: Record<string, string> = {
  project_backends: "created_at",
  project_uploads: "uploaded_at",
  project_form_submissions: "created_at",
  project_collections: "created_at",
  project_collection_schemas: "created_at",
  project_site_users: "created_at",
};
const now = () => new Date().toISOString();

await ask(
  "enable the backend",
  client.from("project_backends").upsert({
    project_id: project,
    user_id: owner,
    enabled: true,
    enabled_at: now(),
    features: {},
    allowed_origins: [],
  }, { onConflict: "project_id" }),
);
await ask(
  "load the backend",
  client.from("project_backends").select("*").eq("project_id", project).maybeSingle(),
);
for (const [table, time] of Object.entries(tables)) {
  await ask(
    `load ${table}`,
    client.from(table).select("*").eq("project_id", project).order(time, { ascending: false }),
  );
  await ask(
    `count ${table}`,
    client.from(table).select("*", { count: "exact", head: true }).eq("project_id", project),
  );
}
await ask(
  "read a submission",
  client.from("project_form_submissions").update({ status: "read" })
    .eq("id", known.project_form_submissions),
);
await ask(
  "add an item",
  client.from("project_collections")
    .insert({ project_id: project, user_id: owner, collection_name: "products", data: { a: 1 } }),
);
await ask(
  "edit an item",
  client.from("project_collections").update({ data: { a: 2 }, updated_at: now() })
    .eq("id", known.project_collections),
);
await ask(
  "suspend a user",
  client.from("project_site_users").update({ status: "suspended" })
    .eq("id", known.project_site_users),
);

const bucket = client.storage.from("project-uploads");
for (const [type, filename] of [["text/css", "a.css"], ["text/javascript", "a.js"]]) {
  const path = `${owner}/${project}/${Date.now()}-${filename}`;
  const file = new File(["x { y: z }"], filename!, { type });
  await ask(`store ${filename}`, bucket.upload(path, file));
  await ask(
    `record ${filename}`,
    client.from("project_uploads").insert({
      project_id: project,
      user_id: owner,
      filename,
      storage_path: path,
      file_type: type,
      size_bytes: file.size,
    }),
  );
  const answer = await fetch(bucket.getPublicUrl(path).data.publicUrl);
  came[`fetch ${filename}`] = `${answer.status}`;
  await answer.body?.cancel();
  await ask(`remove ${filename}`, bucket.remove([path]));
  await ask(`forget ${filename}`, client.from("project_uploads").delete().eq("storage_path", path));
}
for (
  const table of ["project_form_submissions", "project_collections", "project_site_users"]
) {
  await ask(`delete from ${table}`, client.from(table).delete().eq("id", known[table]));
}
console.log(JSON.stringify(came));
