-- What is left over in a bucket. Parameters: bucket; paths to look at, or null for all.
-- A path begins with its project's id, or with its owner's id and then the project's, as the first
-- release wrote it. What lies elsewhere is nobody's whom this backend knows, and is left alone.
with objects as (
  select
    o.name as path,
    o.created_at,
    coalesce((o.metadata ->> 'size')::numeric, 0)::bigint as size,
    string_to_array(o.name, '/') as folders
  from storage.objects as o
  where
    o.bucket_id = %(bucket)s
    and (%(paths)s::text[] is null or o.name = any (%(paths)s::text[]))
),
placed as (
  select
    o.path,
    o.created_at,
    o.size,
    coalesce(
      (
        select p.id::text
        from public.projects as p
        where p.id::text = any (o.folders[1:2])
        order by array_position(o.folders, p.id::text)
        limit 1
      ),
      case
        when o.folders[2] ~ %(id)s and cardinality(o.folders) > 2 then o.folders[2]
        when o.folders[1] ~ %(id)s and not exists (
          select from auth.users as u
          where u.id::text = o.folders[1]
        ) then o.folders[1]
      end
    ) as project
  from objects as o
),
found as (
  select
    'project-gone' as kind,
    o.path,
    o.project,
    null::text as row,
    o.size
  from placed as o
  where
    o.project is not null
    and not exists (select from public.projects as p where p.id::text = o.project)
  union all
  select
    'object-without-row',
    o.path,
    o.project,
    null,
    o.size
  from placed as o
  where
    o.created_at < now() - interval '1 hour'
    and exists (select from public.projects as p where p.id::text = o.project)
    and not exists (select from public.project_uploads as u where u.storage_path = o.path)
  union all
  select
    case u.status when 'pending' then 'stale-reservation' else 'row-without-object' end,
    u.storage_path,
    u.project_id::text,
    u.id::text,
    u.size_bytes
  from public.project_uploads as u
  where
    case u.status
      when 'pending' then u.uploaded_at < now() - interval '15 minutes'
      else not exists (select from objects as o where o.path = u.storage_path)
    end
    and (%(paths)s::text[] is null or u.storage_path = any (%(paths)s::text[]))
)
select
  f.kind,
  f.path,
  f.project,
  f.row,
  f.size
from found as f
order by f.project, f.path
