-- What deployments sent, beside the history of the migrations. There are digests in it, no secrets.
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.wakti_deployed (
  kind text not null check (kind in ('function', 'secret')),
  name text not null,
  digest text not null,
  edition text not null default '',
  deployed_at timestamptz not null default now(),
  primary key (kind, name)
);
revoke all on supabase_migrations.wakti_deployed from public, anon, authenticated, service_role;
