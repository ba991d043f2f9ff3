-- What projects set beside their tables.
drop trigger if exists on_auth_user_updated on auth.users;
create trigger on_auth_user_updated
after update of email on auth.users
for each row execute function public.on_user_updated();

create schema if not exists private;
create schema if not exists extensions;
grant usage on schema private to anon, authenticated, service_role;
alter default privileges in schema private grant all on tables to service_role;
alter role authenticator set pgrst.db_schemas = 'public, private';
alter role authenticator set pgrst.db_aggregates_enabled = 'true';
alter role authenticator set statement_timeout = '10s';
alter role anon set statement_timeout = '5s';
alter database postgres set timezone to 'UTC';
notify pgrst, 'reload schema';
comment on schema public is '@graphql({"inflect_names": true})';
comment on table public.todos is e'@graphql({"totalCount": {"enabled": true}})';

-- A second factor for those who have one.
create or replace function private.factors(of_user uuid) returns bigint
language sql security definer set search_path = '' stable
as $$
  select count(id) from auth.mfa_factors where user_id = of_user and status = 'verified'
$$;
create policy "second factor" on public.todos as restrictive to authenticated
using (
  array[(select auth.jwt() ->> 'aal')] <@ (
    select case when private.factors((select auth.uid())) > 0 then array['aal2']
      else array['aal1', 'aal2'] end
  )
);
