-- Tenants with roles in a table of their own; audit columns beside the tenant's key.
create table public.roles (
  id smallint primary key,
  name text not null unique
);
insert into public.roles (id, name) values (1, 'agent'), (2, 'manager');

create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  primary_owner_user_id uuid not null references auth.users (id)
);

create table public.organization_users (
  organization_id uuid not null references public.organizations (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role_id smallint not null default 1 references public.roles (id),
  invited_by uuid references auth.users (id),
  primary key (organization_id, user_id)
);

create table public.contacts (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  created_by uuid references auth.users (id),
  name text not null,
  email text
);

create table public.deals (
  id uuid primary key default gen_random_uuid(),
  campaign text,
  contact_id uuid references public.contacts (id) on delete set null,
  organization_id uuid not null,
  amount integer not null default 0 check (amount >= 0)
);

create schema private;
create function private.organizations_of_me() returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select organization_id from public.organization_users where user_id = (select auth.uid())
  union
  select id from public.organizations where primary_owner_user_id = (select auth.uid())
$$;
grant usage on schema private to authenticated;

alter table public.roles enable row level security;
alter table public.organizations enable row level security;
alter table public.organization_users enable row level security;
alter table public.contacts enable row level security;
alter table public.deals enable row level security;

create policy "roles_read" on public.roles for select to authenticated using (true);
create policy "organizations_read" on public.organizations for select to authenticated
using (id in (select private.organizations_of_me()));
create policy "organizations_rename" on public.organizations for update to authenticated
using (primary_owner_user_id = (select auth.uid()));
create policy "organization_users_read" on public.organization_users for select to authenticated
using (organization_id in (select private.organizations_of_me()));
create policy "contacts_all" on public.contacts for all to authenticated
using (organization_id in (select private.organizations_of_me()));
create policy "deals_all" on public.deals for all to authenticated
using (organization_id in (select private.organizations_of_me()))
with check (
  organization_id in (select private.organizations_of_me())
  and (
    contact_id is null
    or exists (
      select from public.contacts as c
      where c.id = contact_id and c.organization_id = deals.organization_id
    )
  )
);
