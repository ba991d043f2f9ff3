// The conventional design, for comparison: a client with the service key, and two REST calls a
// request. It checks less than ours does: no origin, no limits, no form of its input.

import { createClient } from "@supabase/supabase-js";

const supabase = createClient(
  Deno.env.get("SUPABASE_URL") ?? "",
  Deno.env.get("SUPABASE_SERVICE_ROLE_KEY") ?? "",
  { auth: { persistSession: false, autoRefreshToken: false } },
);

async function backendOf(projectId: string | null) {
  const { data } = await supabase
    .from("project_backends")
    .select("user_id, enabled, allowed_origins, features")
    .eq("project_id", projectId)
    .maybeSingle();
  return data?.enabled ? data : null;
}

async function submit(request: Request): Promise<Response> {
  const { projectId, formName, data } = await request.json();
  const backend = await backendOf(projectId);
  if (backend === null) return refused();
  const { data: row, error } = await supabase
    .from("project_form_submissions")
    .insert({
      project_id: projectId,
      user_id: backend.user_id,
      form_name: formName,
      data,
      origin: request.headers.get("Origin"),
    })
    .select("id")
    .single();
  if (error !== null) {
    return Response.json({ error: error.message }, { status: 500 });
  }
  return Response.json({ success: true, id: row.id });
}

async function list(url: URL): Promise<Response> {
  const projectId = url.searchParams.get("projectId");
  const backend = await backendOf(projectId);
  if (backend === null) return refused();
  const { data, count, error } = await supabase
    .from("project_collections")
    .select(
      "id, project_id, collection_name, data, status, sort_order, created_at, updated_at",
      { count: "exact" },
    )
    .eq("project_id", projectId)
    .eq("collection_name", url.searchParams.get("action")?.split("/")[1])
    .eq("status", "active")
    .order("sort_order", { nullsFirst: true })
    .order("created_at", { ascending: false })
    .limit(20);
  if (error !== null) {
    return Response.json({ error: error.message }, { status: 500 });
  }
  return Response.json({ items: data, total: count });
}

function refused(): Response {
  return Response.json({ error: "Backend is disabled" }, { status: 403 });
}

Deno.serve(
  {
    hostname: "127.0.0.1",
    port: Number(Deno.env.get("PORT")),
    onListen: () => {},
  },
  (request) =>
    request.method === "GET" ? list(new URL(request.url)) : submit(request),
);
