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

-- On the platform an extension lets postgres write policies on tables that it does not own, and drop
-- triggers of them. Here a role owns just these tables and postgres is its member;
-- 60_protection.sql refuses what only the owner may do there.
create role supabase_storage_owner nologin;
grant supabase_storage_owner to postgres;
-- The Storage service acts as the owner, which row level security lets pass; its role inherits
-- nothing else.
grant supabase_storage_owner to supabase_storage_admin;
create role supabase_auth_owner nologin;
grant supabase_auth_owner to postgres;
grant supabase_auth_owner to supabase_auth_admin;
grant supabase_realtime_admin to postgres;

-- From PostgreSQL 16 on each grant says whether it is inherited; before, the role says it of all.
do $$
begin
  if current_setting('server_version_num')::integer >= 160000 then
    execute 'grant supabase_storage_owner to supabase_storage_admin with inherit true';
    execute 'grant supabase_auth_owner to supabase_auth_admin with inherit true';
    execute 'grant supabase_storage_owner to postgres with set false';
    execute 'grant supabase_auth_owner to postgres with set false';
    execute 'grant supabase_realtime_admin to postgres with set false';
    -- `alter role authenticator set pgrst.… = …` is allowed there too; postgres gets nothing else.
    execute 'grant authenticator to postgres with admin true, inherit false, set false';
  else
    alter role supabase_storage_admin inherit;
    alter role supabase_auth_admin inherit;
  end if;
end
$$;

-- Settings that the platform lets postgres change although it is no superuser. Those of extensions
-- that are not here are kept and not read.
grant set on parameter
  auto_explain.log_analyze,
  auto_explain.log_buffers,
  auto_explain.log_format,
  auto_explain.log_min_duration,
  auto_explain.log_nested_statements,
  auto_explain.log_timing,
  auto_explain.log_triggers,
  auto_explain.log_verbose,
  auto_explain.sample_rate,
  deadlock_timeout,
  log_duration,
  log_lock_waits,
  log_min_duration_statement,
  log_min_error_statement,
  log_min_messages,
  log_parameter_max_length,
  log_replication_commands,
  log_statement,
  log_temp_files,
  pg_net.batch_size,
  pg_net.ttl,
  pg_stat_statements.track,
  pg_stat_statements.track_planning,
  pg_stat_statements.track_utility,
  pgaudit.log,
  pgaudit.log_catalog,
  pgaudit.log_client,
  pgaudit.log_level,
  pgaudit.log_relation,
  pgaudit.log_rows,
  pgaudit.log_statement,
  pgaudit.log_statement_once,
  pgaudit.role,
  "pgrst.app_settings",
  "pgrst.db_aggregates_enabled",
  "pgrst.db_extra_search_path",
  "pgrst.db_max_rows",
  "pgrst.db_plan_enabled",
  "pgrst.db_pre_request",
  "pgrst.db_schema",
  "pgrst.db_schemas",
  "pgrst.db_tx_end",
  "pgrst.openapi_mode",
  plan_filter.limit_select_only,
  plan_filter.statement_cost_limit,
  safeupdate.enabled,
  session_replication_role,
  track_functions,
  track_io_timing,
  wal_compression
  to postgres;
