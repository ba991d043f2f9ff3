-- Empty columns of schemas. The migration
-- first_release_values mends them by itself and keeps each row as it was in wakti.adopted_rows.
select
  s.id,
  'filled' as kind,
  problem.what,
  problem.keep,
  null as quarantine
from public.project_collection_schemas as s
cross join lateral (
  values
    ('schema is empty', 'migrate sets it to no fields', s.schema is null),
    ('created_at is empty', 'migrate sets it to the time it runs', s.created_at is null),
    ('updated_at is empty', 'migrate sets it to the time it runs', s.updated_at is null)
) as problem (what, keep, found)
where problem.found
