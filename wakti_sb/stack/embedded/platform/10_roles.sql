-- Roles of a fresh Supabase database. Run as supabase_admin, once a cluster.
-- Passwords are set by the stack, never here.

create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit;
create role supabase_auth_admin login noinherit createrole;
create role supabase_storage_admin login noinherit createrole;
create role supabase_realtime_admin nologin noinherit;
create role supabase_functions_admin nologin noinherit createrole;
create role supabase_replication_admin login replication;
create role supabase_read_only_user login bypassrls;
create role dashboard_user nologin createdb createrole replication;
create role postgres login createdb createrole replication bypassrls;

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to supabase_storage_admin;
grant anon, authenticated, service_role to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;
grant pg_read_all_data to supabase_read_only_user;

alter role postgres set search_path = "$user", public, extensions;
alter role supabase_admin set search_path = "$user", public, extensions;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role supabase_auth_admin set search_path = 'auth';
alter role supabase_storage_admin set search_path = 'storage';

-- On the platform an extension lets postgres write policies on storage.objects and storage.buckets
-- although it does not own them. Here a role owns just these two tables and postgres is its member.
create role supabase_storage_owner nologin;
grant supabase_storage_owner to postgres;
-- The Storage service acts as the owner, which row level security lets pass; its role inherits
-- nothing else.
grant supabase_storage_owner to supabase_storage_admin with inherit true;

-- The same for the tables of Auth, where postgres writes policies and drops triggers, and for
-- realtime.messages.
create role supabase_auth_owner nologin;
grant supabase_auth_owner to postgres;
grant supabase_auth_owner to supabase_auth_admin with inherit true;
grant supabase_realtime_admin to postgres;

-- `alter role authenticator set pgrst.… = …` is allowed there too; postgres gets nothing else of it.
grant authenticator to postgres with admin true, inherit false, set false;
grant set on parameter
  "pgrst.app_settings",
  "pgrst.db_aggregates_enabled",
  "pgrst.db_extra_search_path",
  "pgrst.db_max_rows",
  "pgrst.db_plan_enabled",
  "pgrst.db_pre_request",
  "pgrst.db_schema",
  "pgrst.db_schemas",
  "pgrst.db_tx_end",
  "pgrst.openapi_mode"
  to postgres;
