-- Schemas, extensions and default privileges of a fresh Supabase database.
-- Run as supabase_admin in each new database.

create schema extensions authorization postgres;
create schema auth authorization supabase_admin;
create schema storage authorization supabase_admin;
create schema realtime authorization supabase_admin;
create schema vault authorization supabase_admin;
create schema graphql authorization supabase_admin;
create schema graphql_public authorization supabase_admin;
create schema supabase_functions authorization supabase_admin;

create extension pgcrypto with schema extensions;
create extension "uuid-ossp" with schema extensions;
create extension pg_stat_statements with schema extensions;

grant usage on schema public, extensions, auth, storage, realtime, graphql_public
  to postgres, anon, authenticated, service_role;
grant usage on schema extensions, auth, storage, realtime, vault, graphql_public to dashboard_user;
grant usage on schema auth, extensions, public to supabase_auth_admin, supabase_storage_admin;
grant usage on schema auth to supabase_auth_owner;
grant usage on schema storage, realtime to postgres with grant option;
grant all on schema auth to supabase_auth_admin;
grant all on schema storage to supabase_storage_admin;
grant create on schema public, extensions to postgres;

-- Objects that postgres or supabase_admin make in public are open to the API roles by default:
-- on the platform only row level security stands between a new table and the world.
alter default privileges for role postgres in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;

create publication supabase_realtime;
alter publication supabase_realtime owner to postgres;
