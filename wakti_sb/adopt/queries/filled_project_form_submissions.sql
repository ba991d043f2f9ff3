-- Empty columns and unknown states of submissions. The migration
-- first_release_values mends them by itself and keeps each row as it was in wakti.adopted_rows.
select
  s.id,
  'filled' as kind,
  problem.what,
  problem.keep,
  null as quarantine
from public.project_form_submissions as s
cross join lateral (
  values
    ('form_name is empty', 'migrate sets it to contact', s.form_name is null),
    ('data is empty', 'migrate sets it to {{}}', s.data is null),
    ('status is empty', 'migrate sets it to unread', s.status is null),
    ('status is ' || quote_literal(s.status), 'migrate sets it to unread', s.status not in ('unread', 'read')),
    ('created_at is empty', 'migrate sets it to the time it runs', s.created_at is null)
) as problem (what, keep, found)
where problem.found
