-- What migrations name of schema storage and the local Storage does without: its history, uploads in
-- parts, the function that lists a folder. Run as supabase_admin in each new database.

create table storage.migrations (
  id integer primary key,
  name varchar(100) not null unique,
  hash varchar(40) not null,
  executed_at timestamp default current_timestamp
);

create table storage.s3_multipart_uploads (
  id text primary key,
  in_progress_size bigint not null default 0,
  upload_signature text not null,
  bucket_id text not null references storage.buckets (id),
  key text collate "C" not null,
  version text not null,
  owner_id text,
  user_metadata jsonb,
  metadata jsonb,
  created_at timestamptz not null default now()
);

create table storage.s3_multipart_uploads_parts (
  id uuid primary key default gen_random_uuid(),
  upload_id text not null references storage.s3_multipart_uploads (id) on delete cascade,
  size bigint not null default 0,
  part_number integer not null,
  bucket_id text not null references storage.buckets (id),
  key text collate "C" not null,
  etag text not null,
  owner_id text,
  version text not null,
  created_at timestamptz not null default now()
);

alter table storage.migrations enable row level security;
alter table storage.s3_multipart_uploads enable row level security;
alter table storage.s3_multipart_uploads_parts enable row level security;

grant all on storage.migrations to supabase_storage_admin;
grant all on storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts
  to service_role, supabase_storage_admin, dashboard_user, postgres;
grant select on storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts
  to anon, authenticated;

-- The files and folders right below a prefix, as the caller may see them; a folder has only a name.
-- Parameters: the prefix, the bucket, how many, (no longer read), how many are left out before, what
-- the name begins with, the column and the direction of the order. Result: names relative to the
-- prefix, as the platform gives them. Who may call it: everybody.
create function storage.search(
  prefix text,
  bucketname text,
  limits integer default 100,
  levels integer default 1,
  offsets integer default 0,
  search text default '',
  sortcolumn text default 'name',
  sortorder text default 'asc'
) returns table (
  name text,
  id uuid,
  updated_at timestamptz,
  created_at timestamptz,
  last_accessed_at timestamptz,
  metadata jsonb
)
language sql stable
as $$
  with below as (
    select
      o.*,
      substring(o.name from length(coalesce(prefix, '')) + 1) as rest
    from storage.objects as o
    where o.bucket_id = bucketname
      and starts_with(lower(o.name), lower(coalesce(prefix, '') || coalesce(search, '')))
  ), listed as (
    select b.rest as name, b.id, b.updated_at, b.created_at, b.last_accessed_at, b.metadata
    from below as b
    where position('/' in b.rest) = 0
    union all
    select distinct split_part(b.rest, '/', 1), null::uuid, null::timestamptz, null::timestamptz,
      null::timestamptz, null::jsonb
    from below as b
    where position('/' in b.rest) > 0
  ), sorted as (
    select
      l.*,
      case sortcolumn
        when 'updated_at' then to_char(l.updated_at at time zone 'UTC', 'YYYYMMDDHH24MISSUS')
        when 'created_at' then to_char(l.created_at at time zone 'UTC', 'YYYYMMDDHH24MISSUS')
        when 'last_accessed_at'
          then to_char(l.last_accessed_at at time zone 'UTC', 'YYYYMMDDHH24MISSUS')
        else lower(l.name)
      end as key
    from listed as l
  )
  select s.name, s.id, s.updated_at, s.created_at, s.last_accessed_at, s.metadata
  from sorted as s
  order by
    case when lower(coalesce(sortorder, 'asc')) <> 'desc' then s.key end collate "C" asc,
    case when lower(sortorder) = 'desc' then s.key end collate "C" desc,
    s.name collate "C"
  limit least(coalesce(limits, 100), 1500)
  offset coalesce(offsets, 0)
$$;

grant execute on function storage.search to public;

alter table storage.migrations owner to supabase_storage_owner;
alter table storage.s3_multipart_uploads owner to supabase_storage_owner;
alter table storage.s3_multipart_uploads_parts owner to supabase_storage_owner;
