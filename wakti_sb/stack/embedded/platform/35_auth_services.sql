-- Tables of auth that nothing fills here and that migrations name: the history of the Auth service,
-- single sign-on by SAML. Run as supabase_admin in each new database.

create table auth.schema_migrations (version varchar(255) primary key);

create table auth.instances (
  id uuid primary key,
  uuid uuid,
  raw_base_config text,
  created_at timestamptz,
  updated_at timestamptz
);

create table auth.saml_providers (
  id uuid primary key,
  sso_provider_id uuid not null references auth.sso_providers (id) on delete cascade,
  entity_id text not null unique,
  metadata_xml text not null,
  metadata_url text,
  attribute_mapping jsonb,
  name_id_format text,
  created_at timestamptz,
  updated_at timestamptz
);

create table auth.saml_relay_states (
  id uuid primary key,
  sso_provider_id uuid not null references auth.sso_providers (id) on delete cascade,
  request_id text not null,
  for_email text,
  redirect_to text,
  flow_state_id uuid references auth.flow_state (id) on delete cascade,
  created_at timestamptz,
  updated_at timestamptz
);

-- On the platform the ids of refresh tokens come from it; here it may be set, as dumps do.
create sequence auth.refresh_tokens_id_seq;

alter table auth.schema_migrations enable row level security;
alter table auth.instances enable row level security;
alter table auth.saml_providers enable row level security;
alter table auth.saml_relay_states enable row level security;

grant all on auth.instances, auth.saml_providers, auth.saml_relay_states
  to postgres, dashboard_user, supabase_auth_admin;
grant select
  on auth.schema_migrations, auth.instances, auth.saml_providers, auth.saml_relay_states
  to postgres with grant option;
grant all on auth.schema_migrations to supabase_auth_admin;
grant all on sequence auth.refresh_tokens_id_seq to postgres, dashboard_user, supabase_auth_admin;
