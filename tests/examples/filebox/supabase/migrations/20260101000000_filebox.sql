create schema private;

create table public.boxes (
  id uuid primary key default extensions.uuid_generate_v4(),
  owner_id uuid not null references auth.users (id) on delete cascade,
  label text not null
);
create index on public.boxes (owner_id);

create table public.box_guests (
  id bigserial primary key,
  box_id uuid not null references public.boxes (id) on delete cascade,
  guest_id uuid not null references auth.users (id) on delete cascade,
  access text not null default 'read' check (access in ('read', 'write')),
  unique (box_id, guest_id)
);
create index on public.box_guests (guest_id);

create table public.documents (
  id uuid primary key default gen_random_uuid(),
  box_id uuid not null references public.boxes (id),
  title text not null,
  bytes bigint not null check (bytes > 0 and bytes <= 10485760),
  checksum text not null check (checksum ~ '^[0-9a-f]{64}$')
);
create index on public.documents (box_id);

-- The boxes that others have opened to the caller.
create function private.shared_boxes(at_least text) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select g.box_id from public.box_guests as g
  where g.guest_id = (select auth.uid()) and (at_least = 'read' or g.access = at_least)
$$;

-- The caller's own boxes.
create function private.own_boxes() returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select b.id from public.boxes as b where b.owner_id = (select auth.uid())
$$;

revoke all on all functions in schema private from public;
grant usage on schema private to authenticated;
grant execute on all functions in schema private to authenticated;

alter table public.boxes enable row level security;
alter table public.box_guests enable row level security;
alter table public.documents enable row level security;

revoke all on public.boxes, public.box_guests, public.documents from anon, authenticated;
grant select, insert, delete, update (label) on public.boxes to authenticated;
grant select, insert, delete, update (access) on public.box_guests to authenticated;
grant usage on sequence public.box_guests_id_seq to authenticated;
grant select, insert, delete, update (title) on public.documents to authenticated;

create policy "own and shared boxes" on public.boxes for select to authenticated
using (owner_id = (select auth.uid()) or id in (select private.shared_boxes('read')));
create policy "make boxes" on public.boxes for insert to authenticated
with check (owner_id = (select auth.uid()));
create policy "name boxes" on public.boxes for update to authenticated
using (owner_id = (select auth.uid()));
create policy "remove boxes" on public.boxes for delete to authenticated
using (owner_id = (select auth.uid()));

create policy "owners keep the guest list" on public.box_guests for all to authenticated
using (box_id in (select private.own_boxes()));

create policy "read documents" on public.documents for select to authenticated
using (
  box_id in (select private.own_boxes()) or box_id in (select private.shared_boxes('read'))
);
create policy "add documents" on public.documents for insert to authenticated
with check (
  box_id in (select private.own_boxes()) or box_id in (select private.shared_boxes('write'))
);
create policy "title documents" on public.documents for update to authenticated
using (
  box_id in (select private.own_boxes()) or box_id in (select private.shared_boxes('write'))
);
create policy "remove documents" on public.documents for delete to authenticated
using (box_id in (select private.own_boxes()));

insert into storage.buckets (id, name, public) values
('boxes', 'boxes', false),
('avatars', 'avatars', true);

create policy "read box files" on storage.objects for select to authenticated
using (
  bucket_id = 'boxes'
  and (
    (storage.foldername(name))[1] in (select b::text from private.own_boxes() as b)
    or (storage.foldername(name))[1] in (select b::text from private.shared_boxes('read') as b)
  )
);
create policy "add box files" on storage.objects for insert to authenticated
with check (
  bucket_id = 'boxes'
  and (
    (storage.foldername(name))[1] in (select b::text from private.own_boxes() as b)
    or (storage.foldername(name))[1] in (select b::text from private.shared_boxes('write') as b)
  )
);
create policy "change box files" on storage.objects for update to authenticated
using (
  bucket_id = 'boxes'
  and (storage.foldername(name))[1] in (select b::text from private.own_boxes() as b)
);
create policy "remove box files" on storage.objects for delete to authenticated
using (
  bucket_id = 'boxes'
  and (storage.foldername(name))[1] in (select b::text from private.own_boxes() as b)
);
create policy "own avatar" on storage.objects for all to authenticated
using (bucket_id = 'avatars' and (storage.foldername(name))[1] = (select auth.uid())::text);
