import postgres from "npm:postgres@3";

const sql = postgres(Deno.env.get("SUPABASE_DB_URL")!, { prepare: false });

Deno.serve(async () => {
  const [{ count }] = await sql`select count(*)::int from public.records`;
  return Response.json({ count });
});
