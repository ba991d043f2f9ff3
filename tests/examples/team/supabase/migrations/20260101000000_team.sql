create schema private;

create type public.team_role as enum ('admin', 'editor', 'viewer');

create table public.teams (
  id uuid primary key default gen_random_uuid(),
  name text not null check (char_length(name) between 3 and 60),
  plan text not null default 'free' check (plan in ('free', 'paid')),
  created_at timestamptz not null default now()
);

create table public.team_members (
  team_id uuid not null references public.teams (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role public.team_role not null default 'viewer',
  left_at timestamptz,
  primary key (team_id, user_id)
);
create index on public.team_members (user_id);

create table public.documents (
  id uuid primary key default gen_random_uuid(),
  team_id uuid not null references public.teams (id) on delete cascade,
  title text not null,
  body jsonb not null check (jsonb_typeof(body) = 'object'),
  archived boolean not null default false
);
create index on public.documents (team_id);

create table public.comments (
  id uuid primary key default gen_random_uuid(),
  team_id uuid not null references public.teams (id) on delete cascade,
  document_id uuid not null references public.documents (id) on delete cascade,
  author_id uuid not null references auth.users (id) on delete cascade,
  body text not null
);
create index on public.comments (team_id);
create index on public.comments (document_id);

-- The teams of the caller, in any of these roles. SECURITY DEFINER: a policy on team_members that
-- reads team_members would call itself without end.
create function private.my_teams(variadic roles public.team_role[]) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select m.team_id from public.team_members as m
  where m.user_id = (select auth.uid()) and m.left_at is null and m.role = any (roles)
$$;
grant usage on schema private to authenticated;
revoke execute on function private.my_teams (public.team_role[]) from public;
grant execute on function private.my_teams (public.team_role[]) to authenticated;

alter table public.teams enable row level security;
alter table public.team_members enable row level security;
alter table public.documents enable row level security;
alter table public.comments enable row level security;

revoke all on public.teams, public.team_members, public.documents, public.comments
from anon, authenticated;
grant select, delete, update (name) on public.teams to authenticated;
grant select, insert, delete, update (role, left_at) on public.team_members to authenticated;
grant select, insert, delete, update (title, body) on public.documents to authenticated;
grant select, insert, delete, update (body) on public.comments to authenticated;

create policy "members see their team" on public.teams for select to authenticated
using (id in (select private.my_teams('admin', 'editor', 'viewer')));
create policy "admins rename" on public.teams for update to authenticated
using (id in (select private.my_teams('admin')));
create policy "admins delete" on public.teams for delete to authenticated
using (id in (select private.my_teams('admin')));

create policy "members see members" on public.team_members for select to authenticated
using (team_id in (select private.my_teams('admin', 'editor', 'viewer')));
create policy "admins add members" on public.team_members for insert to authenticated
with check (team_id in (select private.my_teams('admin')));
create policy "admins change members" on public.team_members for update to authenticated
using (team_id in (select private.my_teams('admin')));
create policy "admins remove members" on public.team_members for delete to authenticated
using (team_id in (select private.my_teams('admin')));

create policy "members read" on public.documents for select to authenticated
using (team_id in (select private.my_teams('admin', 'editor', 'viewer')));
create policy "editors add" on public.documents for insert to authenticated
with check (team_id in (select private.my_teams('admin', 'editor')));
create policy "editors write" on public.documents for update to authenticated
using (team_id in (select private.my_teams('admin', 'editor')));
create policy "admins remove" on public.documents for delete to authenticated
using (team_id in (select private.my_teams('admin')));

create policy "members read" on public.comments for select to authenticated
using (team_id in (select private.my_teams('admin', 'editor', 'viewer')));
-- The subquery runs with the caller's rights: it finds documents of the caller's teams only.
create policy "members comment" on public.comments for insert to authenticated
with check (
  author_id = (select auth.uid())
  and document_id in (select d.id from public.documents as d where d.team_id = comments.team_id)
);
create policy "authors correct" on public.comments for update to authenticated
using (
  author_id = (select auth.uid())
  and team_id in (select private.my_teams('admin', 'editor', 'viewer'))
);
create policy "authors and admins remove" on public.comments for delete to authenticated
using (
  author_id = (select auth.uid())
  and team_id in (select private.my_teams('admin', 'editor', 'viewer'))
  or team_id in (select private.my_teams('admin'))
);

create view public.open_documents with (security_invoker = true) as
select id, team_id, title from public.documents where not archived;
revoke all on public.open_documents from anon, authenticated;
grant select on public.open_documents to authenticated;

create function public.team_size(team uuid) returns bigint
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select count(*) from public.team_members as m where m.team_id = team and m.left_at is null
$$;
revoke execute on function public.team_size (uuid) from public, anon;

-- Nobody may update the column itself: the function says who archives.
create function public.archive_document(document_id uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  update public.documents as d set archived = true
  where d.id = document_id and d.team_id in (select private.my_teams('admin', 'editor'))
$$;
revoke execute on function public.archive_document (uuid) from public, anon;
