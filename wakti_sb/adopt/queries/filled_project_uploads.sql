-- Empty columns of files, and sizes that no file has. The migration
-- first_release_values mends them by itself and keeps each row as it was in wakti.adopted_rows.
select
  u.id,
  'filled' as kind,
  problem.what,
  problem.keep,
  null as quarantine
from public.project_uploads as u
cross join lateral (
  values
    ('filename is empty', 'migrate takes it from the path', u.filename is null and u.storage_path is not null),
    ('file_type is empty', 'migrate sets it to application/octet-stream', u.file_type is null),
    ('uploaded_at is empty', 'migrate sets it to the time it runs', u.uploaded_at is null),
    ('size_bytes is ' || coalesce(u.size_bytes::text, 'empty'), 'migrate takes it from the store, else 1', coalesce(u.size_bytes, 0) <= 0)
) as problem (what, keep, found)
where problem.found
