-- The schema of the first WAKTI release, as it lies in live projects: owner columns that nothing
-- ties to the project's owner, policies that compare only them, states without a check.
-- `rows.py` fills it.

-- The product's own table.
create table public.projects (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  name text,
  slug text unique,
  template_type text,
  created_at timestamptz default now()
);

alter table public.projects enable row level security;

create policy "Users can manage their own projects" on public.projects
using (auth.uid() = user_id)
with check (auth.uid() = user_id);

-- ── The six tables ───────────────────────────────────────────────────────────────────────────────

create table public.project_backends (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  enabled boolean default false,
  enabled_at timestamptz,
  features jsonb default '{}',
  allowed_origins text[] default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  unique (project_id)
);

create table public.project_collections (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  collection_name text not null,
  data jsonb default '{}',
  status text default 'active',
  sort_order integer,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create index idx_project_collections_project_collection
on public.project_collections (project_id, collection_name);

create table public.project_collection_schemas (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  collection_name text not null,
  schema jsonb default '{"fields": []}',
  display_name text,
  icon text,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  unique (project_id, collection_name)
);

create table public.project_form_submissions (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  form_name text default 'contact',
  data jsonb default '{}',
  status text default 'unread',
  origin text,
  created_at timestamptz default now()
);

create table public.project_uploads (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  filename text,
  storage_path text,
  file_type text,
  size_bytes integer,
  collection_name text,
  collection_item_id uuid,
  uploaded_at timestamptz default now()
);

create table public.project_site_users (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  owner_id uuid not null references auth.users (id) on delete cascade,
  email text,
  password_hash text,
  display_name text,
  metadata jsonb default '{}',
  last_login timestamptz,
  status text default 'active',
  created_at timestamptz default now(),
  unique (project_id, email)
);

-- ── Policies and triggers ────────────────────────────────────────────────────────────────────────

do $$
declare
  made text;
begin
  foreach made in array array[
    'project_backends', 'project_collections', 'project_collection_schemas',
    'project_form_submissions', 'project_uploads'
  ]
  loop
    execute format('alter table public.%I enable row level security', made);
    execute format(
      'create policy "Users can view their own %s" on public.%I
       for select using (auth.uid() = user_id)', made, made);
    execute format(
      'create policy "Users can create their own %s" on public.%I
       for insert with check (auth.uid() = user_id)', made, made);
    execute format(
      'create policy "Users can update their own %s" on public.%I
       for update using (auth.uid() = user_id)', made, made);
    execute format(
      'create policy "Users can delete their own %s" on public.%I
       for delete using (auth.uid() = user_id)', made, made);
  end loop;
end
$$;

alter table public.project_site_users enable row level security;

create policy "Owners can view their site users" on public.project_site_users
for select using (auth.uid() = owner_id);

create policy "Owners can create site users" on public.project_site_users
for insert with check (auth.uid() = owner_id);

create policy "Owners can update their site users" on public.project_site_users
for update using (auth.uid() = owner_id);

create policy "Owners can delete their site users" on public.project_site_users
for delete using (auth.uid() = owner_id);

create function public.update_updated_at_column()
returns trigger
language plpgsql
as $$
begin
  new.updated_at = now();
  return new;
end
$$;

create trigger update_project_backends_updated_at
before update on public.project_backends
for each row execute function public.update_updated_at_column();

create trigger update_project_collections_updated_at
before update on public.project_collections
for each row execute function public.update_updated_at_column();

create trigger update_project_collection_schemas_updated_at
before update on public.project_collection_schemas
for each row execute function public.update_updated_at_column();

-- ── Storage ──────────────────────────────────────────────────────────────────────────────────────

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values (
  'project-uploads',
  'project-uploads',
  true,
  52428800,
  array[
    'image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/svg+xml', 'application/pdf',
    'text/plain'
  ]
);

create policy "Users can upload to their own folder" on storage.objects
for insert
with check (
  bucket_id = 'project-uploads' and auth.uid()::text = (storage.foldername(name))[1]
);

create policy "Users can view their own uploads" on storage.objects
for select
using (bucket_id = 'project-uploads' and auth.uid()::text = (storage.foldername(name))[1]);

create policy "Users can delete their own uploads" on storage.objects
for delete
using (bucket_id = 'project-uploads' and auth.uid()::text = (storage.foldername(name))[1]);

create policy "Public can view project uploads" on storage.objects
for select
using (bucket_id = 'project-uploads');
