-- The storage buckets. Run only where the schema storage is there.
select coalesce(json_agg(
  json_build_object(
    'name', b.id,
    'public', coalesce(b.public, false),
    'file_size_limit', b.file_size_limit,
    'allowed_mime_types', b.allowed_mime_types
  )
  order by b.id
), '[]')
from storage.buckets as b
