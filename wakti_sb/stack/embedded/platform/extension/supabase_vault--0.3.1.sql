-- Secrets by name. They are not encrypted: the database of an embedded stack holds test data, and
-- its disk is the developer's own. Who may read what is as on the platform.

create table @extschema@.secrets (
  id uuid primary key default gen_random_uuid(),
  name text,
  description text not null default '',
  secret text not null,
  key_id uuid,
  nonce bytea,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp
);
create unique index secrets_name_idx on @extschema@.secrets (name) where name is not null;

create view @extschema@.decrypted_secrets as
select
  id, name, description, secret, secret as decrypted_secret, key_id, nonce, created_at, updated_at
from @extschema@.secrets;

-- Keeps a secret. Parameters: what it says, its name, a description. Result: its id.
create function @extschema@.create_secret(
  new_secret text,
  new_name text default null,
  new_description text default '',
  new_key_id uuid default null
) returns uuid
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  insert into @extschema@.secrets (secret, name, description)
  values (new_secret, new_name, coalesce(new_description, ''))
  returning id
$$;

-- Changes what is given of a secret. Parameters: its id, then as above.
create function @extschema@.update_secret(
  secret_id uuid,
  new_secret text default null,
  new_name text default null,
  new_description text default null,
  new_key_id uuid default null
) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  update @extschema@.secrets
  set
    secret = coalesce(new_secret, secret),
    name = coalesce(new_name, name),
    description = coalesce(new_description, description),
    updated_at = current_timestamp
  where id = secret_id
$$;

revoke all on all functions in schema @extschema@ from public;
do $$
declare
  role name;
begin
  foreach role in array array['postgres', 'service_role'] loop
    if exists (select from pg_roles where rolname = role) then
      execute format('grant usage on schema @extschema@ to %I', role);
      execute format(
        'grant select, delete on @extschema@.secrets, @extschema@.decrypted_secrets to %I', role
      );
      execute format('grant execute on all functions in schema @extschema@ to %I', role);
    end if;
  end loop;
  if exists (select from pg_roles where rolname = 'postgres') then
    grant usage on schema @extschema@ to postgres with grant option;
    grant select, delete, truncate, references on @extschema@.secrets, @extschema@.decrypted_secrets
      to postgres with grant option;
  end if;
end
$$;
