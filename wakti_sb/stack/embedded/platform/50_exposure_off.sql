-- The newer mode, `[api] auto_expose_new_tables = false`: what postgres makes in public is closed
-- to the API roles until a migration grants it. Run as supabase_admin, after the others.

alter default privileges for role postgres in schema public
  revoke all on tables from anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  revoke all on sequences from anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  revoke all on functions from anon, authenticated, service_role;
alter default privileges for role postgres
  revoke execute on functions from public;
