-- Schema storage: buckets, objects and the helpers that policies on them call.
-- Run as supabase_admin in each new database.

create table storage.buckets (
  id text primary key,
  name text not null unique,
  owner uuid,
  owner_id text,
  public boolean default false,
  avif_autodetection boolean default false,
  file_size_limit bigint,
  allowed_mime_types text[],
  type text not null default 'STANDARD',
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create table storage.objects (
  id uuid primary key default gen_random_uuid(),
  bucket_id text references storage.buckets (id),
  name text,
  owner uuid,
  owner_id text,
  metadata jsonb,
  user_metadata jsonb,
  path_tokens text[] generated always as (string_to_array(name, '/')) stored,
  version text,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  last_accessed_at timestamptz default now(),
  unique (bucket_id, name)
);
create index storage_objects_name_pattern_search on storage.objects (name text_pattern_ops);

alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;

grant all on storage.buckets, storage.objects
  to anon, authenticated, service_role, supabase_storage_admin, dashboard_user;
grant all on storage.buckets, storage.objects to postgres with grant option;

-- The folders of an object's name. Parameters: the name. Result: every part but the last.
create function storage.foldername(name text) returns text[]
language sql immutable
as $$
  select (string_to_array(name, '/'))[1 : cardinality(string_to_array(name, '/')) - 1]
$$;

-- The last part of an object's name. Parameters: the name.
create function storage.filename(name text) returns text
language sql immutable
as $$
  select (string_to_array(name, '/'))[cardinality(string_to_array(name, '/'))]
$$;

-- What follows the last dot of an object's name. Parameters: the name.
create function storage.extension(name text) returns text
language sql immutable
as $$
  select reverse(split_part(reverse(storage.filename(name)), '.', 1))
$$;

-- The Storage API's name for the request under way. Result: text, null outside one.
create function storage.operation() returns text
language sql stable
as $$
  select current_setting('storage.operation', true)
$$;

-- Whether the request under way is one of these operations, named with or without `storage.`.
-- Parameters: their names.
create function storage.allow_any_operation(expected_operations text[]) returns boolean
language sql stable
as $$
  select coalesce(
    regexp_replace(storage.operation(), '^storage[.]', '') = any (
      select regexp_replace(expected, '^storage[.]', '')
      from unnest(expected_operations) as expected
      where expected <> ''
    ),
    false
  )
$$;

-- Whether the request under way is this operation. Parameters: its name.
create function storage.allow_only_operation(expected_operation text) returns boolean
language sql stable
as $$
  select storage.allow_any_operation(array[expected_operation])
$$;

-- The bytes in each bucket, of the objects that the caller may see.
create function storage.get_size_by_bucket() returns table (size bigint, bucket_id text)
language sql stable
as $$
  select sum((o.metadata ->> 'size')::bigint)::bigint, o.bucket_id
  from storage.objects as o
  group by o.bucket_id
$$;

-- Refuses DELETE by SQL: it would leave the file behind. The Storage API sets
-- storage.allow_delete_query before it deletes a row together with its file.
create function storage.protect_delete() returns trigger
language plpgsql
as $$
begin
  if coalesce(current_setting('storage.allow_delete_query', true), 'false') <> 'true' then
    raise exception 'Direct deletion from storage tables is not allowed. Use the Storage API instead.'
      using errcode = '42501';
  end if;
  return null;
end
$$;

create trigger protect_buckets_delete before delete on storage.buckets
for each statement execute function storage.protect_delete();
create trigger protect_objects_delete before delete on storage.objects
for each statement execute function storage.protect_delete();

grant execute on all functions in schema storage to public;

alter table storage.buckets owner to supabase_storage_owner;
alter table storage.objects owner to supabase_storage_owner;
grant usage on schema storage to supabase_storage_owner;
