-- Empty columns and unknown states of items. The migration
-- first_release_values mends them by itself and keeps each row as it was in wakti.adopted_rows.
select
  c.id,
  'filled' as kind,
  problem.what,
  problem.keep,
  null as quarantine
from public.project_collections as c
cross join lateral (
  values
    ('data is empty', 'migrate sets it to {{}}', c.data is null),
    ('status is empty', 'migrate sets it to active', c.status is null),
    ('status is ' || quote_literal(c.status), 'migrate sets it to deleted: it was not listed before either', c.status not in ('active', 'deleted')),
    ('created_at is empty', 'migrate sets it to the time it runs', c.created_at is null),
    ('updated_at is empty', 'migrate sets it to the time it runs', c.updated_at is null)
) as problem (what, keep, found)
where problem.found
