-- The tables of the backend, closed until the policies open them.
--
-- Ownership is a foreign key: every table names a project together with its owner, so that a row
-- can never name one project and another owner, whoever writes it, and handing a project over
-- moves everything that belongs to it.
--
-- Every statement also runs on top of a database that has some of these tables already. What an
-- older row could break is added NOT VALID and checked by a later migration, because checking
-- reads the whole table and the lock that adding takes would be held all the while.

create schema if not exists wakti;

revoke all on schema wakti from public;

-- ── projects ─────────────────────────────────────────────────────────────────────────────────────

-- A WAKTI project has its own table of projects, which other parts of the product use: it keeps
-- its columns and privileges. Only a table that is made here is closed here.
do $$
begin
  if to_regclass('public.projects') is null then
    create table public.projects (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null references auth.users (id) on delete cascade,
      name text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    comment on table public.projects is 'One row for each published site. Made by wakti-sb.';
    alter table public.projects enable row level security;
    revoke all on public.projects from public, anon, authenticated;
  end if;
end
$$;

alter table public.projects add column if not exists created_at timestamptz not null default now();

alter table public.projects add column if not exists updated_at timestamptz not null default now();

-- What the ownership keys below point at. A table of projects is small, and an index that is made
-- concurrently cannot be part of this transaction.
-- squawk-ignore require-concurrent-index-creation
create unique index if not exists projects_id_user_id_key
on public.projects (id, user_id);

-- squawk-ignore require-concurrent-index-creation
create index if not exists projects_user_id_created_at_idx
on public.projects (user_id, created_at desc);

-- ── project_backends: one row switches a project's backend on ────────────────────────────────────

create table if not exists public.project_backends (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null,
  user_id uuid not null,
  enabled boolean not null default false,
  enabled_at timestamptz,
  allowed_origins text[] not null default '{}',
  features jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

alter table public.project_backends
drop constraint if exists project_backends_owner_fkey,
add constraint project_backends_owner_fkey
foreign key (project_id, user_id) references public.projects (id, user_id)
on update cascade on delete cascade
not valid;

create unique index if not exists project_backends_project_id_key
on public.project_backends (project_id);

create index if not exists project_backends_owner_idx
on public.project_backends (project_id, user_id);

-- ── project_uploads: one row for each stored file ────────────────────────────────────────────────

create table if not exists public.project_uploads (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null,
  user_id uuid not null,
  filename text not null,
  storage_path text not null,
  file_type text not null,
  size_bytes bigint not null,
  uploaded_at timestamptz not null default now()
);

-- A row that was there before the column describes a file that is stored; a new one is written
-- before its file is, to hold the room that the file will take.
alter table public.project_uploads add column if not exists status text not null default 'stored';

alter table public.project_uploads alter column status set default 'pending';

alter table public.project_uploads
drop constraint if exists project_uploads_owner_fkey,
add constraint project_uploads_owner_fkey
foreign key (project_id, user_id) references public.projects (id, user_id)
on update cascade on delete cascade
not valid;

alter table public.project_uploads
drop constraint if exists project_uploads_status_check,
add constraint project_uploads_status_check
check (status in ('pending', 'stored')) not valid;

alter table public.project_uploads
drop constraint if exists project_uploads_size_bytes_check,
add constraint project_uploads_size_bytes_check
check (size_bytes > 0) not valid;

create unique index if not exists project_uploads_storage_path_key
on public.project_uploads (storage_path);

create index if not exists project_uploads_owner_idx
on public.project_uploads (project_id, user_id);

create index if not exists project_uploads_project_id_uploaded_at_idx
on public.project_uploads (project_id, uploaded_at desc);

-- ── project_form_submissions: what visitors sent ─────────────────────────────────────────────────

create table if not exists public.project_form_submissions (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null,
  user_id uuid not null,
  form_name text not null default 'contact',
  data jsonb not null default '{}',
  status text not null default 'unread',
  origin text,
  created_at timestamptz not null default now()
);

alter table public.project_form_submissions
add column if not exists is_spam boolean not null default false,
-- The owner's own words about a message (wakti.check_words).
add column if not exists note text,
add column if not exists labels text[] not null default '{}',
-- Whether its sender or a word in it is on the project's list.
add column if not exists blocked boolean not null default false;

alter table public.project_form_submissions
drop constraint if exists project_form_submissions_owner_fkey,
add constraint project_form_submissions_owner_fkey
foreign key (project_id, user_id) references public.projects (id, user_id)
on update cascade on delete cascade
not valid;

alter table public.project_form_submissions
drop constraint if exists project_form_submissions_status_check,
add constraint project_form_submissions_status_check
check (status in ('unread', 'read')) not valid;

create index if not exists project_form_submissions_owner_idx
on public.project_form_submissions (project_id, user_id);

create index if not exists project_form_submissions_project_id_created_at_idx
on public.project_form_submissions (project_id, created_at desc);

create index if not exists project_form_submissions_labelled_idx
on public.project_form_submissions (project_id)
where labels <> '{}';

-- ── project_site_users: accounts of a site's visitors ────────────────────────────────────────────

create table if not exists public.project_site_users (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null,
  owner_id uuid not null,
  email text not null,
  password_hash text not null,
  display_name text,
  metadata jsonb not null default '{}',
  status text not null default 'active',
  last_login timestamptz,
  created_at timestamptz not null default now()
);

alter table public.project_site_users
drop constraint if exists project_site_users_owner_fkey,
add constraint project_site_users_owner_fkey
foreign key (project_id, owner_id) references public.projects (id, user_id)
on update cascade on delete cascade
not valid;

alter table public.project_site_users
drop constraint if exists project_site_users_status_check,
add constraint project_site_users_status_check
check (status in ('active', 'suspended')) not valid;

-- One account for an address, however it is typed.
create unique index if not exists project_site_users_project_id_lower_email_key
on public.project_site_users (project_id, lower(email));

-- What an item's created_by points at: a user of the same project.
create unique index if not exists project_site_users_project_id_id_key
on public.project_site_users (project_id, id);

create index if not exists project_site_users_owner_idx
on public.project_site_users (project_id, owner_id);

create index if not exists project_site_users_project_id_created_at_idx
on public.project_site_users (project_id, created_at desc);

-- ── project_collections: the items of a site's collections ───────────────────────────────────────

create table if not exists public.project_collections (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null,
  user_id uuid not null,
  collection_name text not null,
  data jsonb not null default '{}',
  status text not null default 'active',
  -- A place in a list, as the first release has it; widening it would rewrite its table.
  -- squawk-ignore prefer-bigint-over-int
  sort_order integer,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

alter table public.project_collections add column if not exists created_by uuid;

alter table public.project_collections
drop constraint if exists project_collections_owner_fkey,
add constraint project_collections_owner_fkey
foreign key (project_id, user_id) references public.projects (id, user_id)
on update cascade on delete cascade
not valid;

-- With the project in the key an item cannot name a user of another project as its maker.
alter table public.project_collections
drop constraint if exists project_collections_created_by_fkey,
add constraint project_collections_created_by_fkey
foreign key (project_id, created_by) references public.project_site_users (project_id, id)
on delete set null (created_by)
not valid;

alter table public.project_collections
drop constraint if exists project_collections_status_check,
add constraint project_collections_status_check
check (status in ('active', 'deleted')) not valid;

create index if not exists project_collections_owner_idx
on public.project_collections (project_id, user_id);

create index if not exists project_collections_created_by_idx
on public.project_collections (project_id, created_by)
where created_by is not null;

-- The list that published pages ask for, in its own order.
create index if not exists project_collections_active_idx
on public.project_collections (
  project_id, collection_name, sort_order asc nulls first, created_at desc, id
)
where status = 'active';

create index if not exists project_collections_project_id_created_at_idx
on public.project_collections (project_id, created_at desc);

-- ── project_collection_schemas: the fields that a collection is known to have ────────────────────

create table if not exists public.project_collection_schemas (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null,
  user_id uuid not null,
  collection_name text not null,
  schema jsonb not null default '{"fields": []}',
  display_name text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

alter table public.project_collection_schemas
drop constraint if exists project_collection_schemas_owner_fkey,
add constraint project_collection_schemas_owner_fkey
foreign key (project_id, user_id) references public.projects (id, user_id)
on update cascade on delete cascade
not valid;

create unique index if not exists project_collection_schemas_project_id_collection_name_key
on public.project_collection_schemas (project_id, collection_name);

create index if not exists project_collection_schemas_owner_idx
on public.project_collection_schemas (project_id, user_id);

-- ── Closed until a policy opens it ───────────────────────────────────────────────────────────────

-- New tables in public are open to the API roles on many projects. A table that row level security
-- guards already has users, and its privileges stay until the new policies replace the old ones.
do $$
declare
  made regclass;
begin
  for made in
    select c.oid
    from pg_catalog.pg_class as c
    where
      c.oid in (
        'public.project_backends'::regclass,
        'public.project_uploads'::regclass,
        'public.project_form_submissions'::regclass,
        'public.project_site_users'::regclass,
        'public.project_collections'::regclass,
        'public.project_collection_schemas'::regclass
      )
      and not c.relrowsecurity
  loop
    execute format('alter table %s enable row level security', made);
    execute format('revoke all on %s from public, anon, authenticated', made);
  end loop;
end
$$;
