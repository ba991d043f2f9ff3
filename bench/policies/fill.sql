-- A crowd around one owner: bench.owners owners with three projects each, and bench.rows rows in
-- every table that takes more than one row a project, spread over all projects and a year.
--
-- Rows lie in the order in which they were made, as they would in a life, so that those of one
-- project are far apart on disk. Foreign keys and triggers are off: what is filled in keeps to
-- them, and checking five million rows would take minutes.

set session_replication_role = replica;

-- The measured owner is already there.
insert into auth.users (id, email)
select
  gen_random_uuid(),
  'owner' || n || '@example.com'
from generate_series(2, current_setting('bench.owners')::integer) as n;

insert into public.projects (user_id, name, created_at)
select
  u.id,
  'Project ' || n,
  now() - random() * interval '1 year'
from auth.users as u
cross join generate_series(1, 3) as n;

insert into public.project_backends (project_id, user_id, enabled)
select
  p.id,
  p.user_id,
  true
from public.projects as p;

insert into wakti.rate_limits (project_id, action, client)
select
  p.id,
  'submit',
  '127.0.0.1'
from public.projects as p;

-- One line for each row to come, the same for every table.
create temp table moments as
select
  gen_random_uuid() as id,
  p.id as project_id,
  p.user_id,
  n,
  now() - random() * interval '1 year' as made_at
from public.projects as p
cross join generate_series(
  1,
  ceil(current_setting('bench.rows')::numeric / (3 * current_setting('bench.owners')::integer))
    ::integer
) as n
order by made_at
limit current_setting('bench.rows')::bigint;

insert into public.project_site_users
  (id, project_id, owner_id, email, password_hash, display_name, created_at)
select
  m.id,
  m.project_id,
  m.user_id,
  'visitor' || m.n || '@example.com',
  'pbkdf2_sha256',
  'Visitor ' || m.n,
  m.made_at
from moments as m;

insert into wakti.site_credentials (site_user_id, project_id, password_hash)
select
  m.id,
  m.project_id,
  repeat('x', 90)
from moments as m;

insert into wakti.site_sessions (token_hash, project_id, site_user_id, created_at, expires_at)
select
  sha256(m.id::text::bytea),
  m.project_id,
  m.id,
  m.made_at,
  m.made_at + interval '7 days'
from moments as m
where m.n % 10 = 0;

insert into public.project_form_submissions
  (project_id, user_id, form_name, data, origin, created_at)
select
  m.project_id,
  m.user_id,
  'contact',
  jsonb_build_object('name', 'John', 'email', 'john@example.com', 'message', repeat('Hello! ', 10)),
  'https://example.com',
  m.made_at
from moments as m;

insert into public.project_uploads
  (project_id, user_id, filename, storage_path, file_type, size_bytes, status, uploaded_at)
select
  m.project_id,
  m.user_id,
  m.n || '.png',
  m.project_id || '/' || m.n || '.png',
  'image/png',
  100000,
  'stored',
  m.made_at
from moments as m;

insert into public.project_collections
  (project_id, user_id, collection_name, data, sort_order, created_by, created_at)
select
  m.project_id,
  m.user_id,
  'products',
  jsonb_build_object('name', 'Widget ' || m.n, 'price', m.n * 10, 'text', repeat('words ', 10)),
  m.n,
  case when m.n % 10 = 0 then m.id end,
  m.made_at
from moments as m;

insert into public.project_collection_schemas
  (project_id, user_id, collection_name, schema, created_at)
select
  m.project_id,
  m.user_id,
  'collection_' || m.n,
  '{"name": "text", "price": "number", "text": "text"}',
  m.made_at
from moments as m;

drop table moments;

reset session_replication_role;
