-- Empty columns and unknown states of accounts. The migration
-- first_release_values mends them by itself and keeps each row as it was in wakti.adopted_rows.
select
  u.id,
  'filled' as kind,
  problem.what,
  problem.keep,
  null as quarantine
from public.project_site_users as u
cross join lateral (
  values
    ('password_hash is empty', 'migrate keeps the account; nobody can log in', u.password_hash is null),
    ('metadata is empty', 'migrate sets it to {{}}', u.metadata is null),
    ('status is empty', 'migrate sets it to active', u.status is null),
    ('status is ' || quote_literal(u.status), 'migrate sets it to suspended', u.status not in ('active', 'suspended')),
    ('created_at is empty', 'migrate sets it to the time it runs', u.created_at is null),
    ('the e-mail address has space around it', 'migrate takes the space away', u.email <> btrim(u.email))
) as problem (what, keep, found)
where problem.found
