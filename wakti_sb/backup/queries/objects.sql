-- The files of all buckets, or of one project: its id is the first or the second folder.
select
  o.bucket_id as bucket,
  o.name,
  o.metadata ->> 'mimetype' as type,
  o.metadata ->> 'cacheControl' as cache_control,
  coalesce((o.metadata ->> 'size')::bigint, 0) as size
from storage.objects as o
where %(project)s::text is null
  or %(project)s::text = any ((string_to_array(o.name, '/'))[1:2])
order by o.bucket_id, o.name collate "C"
