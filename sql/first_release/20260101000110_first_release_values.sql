-- Values that the first release let in and that the new rules refuse: empty columns, states that
-- nobody reads, free-form features. On a new database there are none.
--
-- Every row is kept, and as it was before in wakti.adopted_rows. Only row locks are taken. What no
-- statement can decide (whose row it is, which of two equal e-mails stays) is left alone here:
-- `wakti-sb adopt --check` names such rows.

create table if not exists wakti.adopted_rows (
  id bigint generated always as identity primary key,
  table_name text not null,
  row_id uuid not null,
  old_row jsonb not null,
  adopted_at timestamptz not null default now()
);

alter table wakti.adopted_rows enable row level security;

revoke all on wakti.adopted_rows from public, anon, authenticated, service_role;

-- Settings that the new API would not understand go back to the defaults, which is how the first
-- release behaved whatever they said.
with known as (
  select '{
    "forms": {"enabled": "boolean", "honeypot": "string", "max_bytes": "number"},
    "collections": {"enabled": "boolean", "validate": "boolean"},
    "uploads": {"enabled": "boolean"},
    "auth": {"enabled": "boolean", "signup": "boolean"}
  }'::jsonb as types
),
settings as (
  select
    b.id,
    section.key as section_name,
    setting.key as setting_name,
    setting.value,
    jsonb_typeof(setting.value) as type
  from public.project_backends as b
  cross join
    jsonb_each(
      case when jsonb_typeof(b.features) = 'object' then b.features else '{"": ""}' end
    ) as section
  cross join known
  cross join
    jsonb_each(
      case
        when jsonb_typeof(section.value) = 'object' and known.types ? section.key
          then section.value
        -- Short for {"enabled": …}.
        when jsonb_typeof(section.value) = 'boolean' and known.types ? section.key
          then jsonb_build_object('enabled', section.value)
        else '{"": ""}'
      end
    ) as setting
),
strange as (
  select distinct settings.id
  from settings
  cross join known
  where
    settings.type
    is distinct from known.types -> settings.section_name ->> settings.setting_name
    -- What the rules of the new tables would refuse at the next change of the row.
    or (
      settings.setting_name = 'max_bytes'
      and not jsonb_path_exists(
        settings.value, '$ ? (@ >= 1 && @ <= 1048576 && @.floor() == @)', silent => true
      )
    )
    or (settings.setting_name = 'honeypot' and length(settings.value #>> '{}') > 64)
),
mended as (
  select
    b.id,
    case
      when b.features is null or strange.id is not null then '{}'
      else (
        select
          coalesce(
            jsonb_object_agg(
              section.key,
              case
                when jsonb_typeof(section.value) = 'boolean'
                  then jsonb_build_object('enabled', section.value)
                else section.value
              end
            ),
            '{}'
          )
        from jsonb_each(b.features) as section
      )
    end as features
  from public.project_backends as b
  left join strange on b.id = strange.id
),
kept as (
  insert into wakti.adopted_rows (table_name, row_id, old_row)
  select 'project_backends', b.id, to_jsonb(b)
  from public.project_backends as b
  inner join mended on b.id = mended.id
  where
    b.features is distinct from mended.features
    or b.enabled is null
    or b.allowed_origins is null
    or b.created_at is null
    or b.updated_at is null
  returning row_id
)
update public.project_backends as b
set
  enabled = coalesce(b.enabled, false),
  allowed_origins = coalesce(b.allowed_origins, '{}'),
  features = mended.features,
  created_at = coalesce(b.created_at, now()),
  updated_at = coalesce(b.updated_at, now())
from mended
where b.id = mended.id and b.id in (select kept.row_id from kept);

-- The size of a file is what the store says where the row does not.
with kept as (
  insert into wakti.adopted_rows (table_name, row_id, old_row)
  select 'project_uploads', u.id, to_jsonb(u)
  from public.project_uploads as u
  where
    u.filename is null
    or u.file_type is null
    or u.uploaded_at is null
    or coalesce(u.size_bytes, 0) <= 0
  returning row_id
)
update public.project_uploads as u
set
  filename = coalesce(u.filename, regexp_replace(u.storage_path, '^.*/', '')),
  file_type = coalesce(u.file_type, 'application/octet-stream'),
  uploaded_at = coalesce(u.uploaded_at, now()),
  size_bytes = greatest(
    coalesce(
      case when u.size_bytes > 0 then u.size_bytes end,
      (
        select (o.metadata ->> 'size')::bigint
        from storage.objects as o
        where o.bucket_id = 'project-uploads' and o.name = u.storage_path
      )
    ),
    1
  )
where u.id in (select kept.row_id from kept);

with kept as (
  insert into wakti.adopted_rows (table_name, row_id, old_row)
  select 'project_form_submissions', s.id, to_jsonb(s)
  from public.project_form_submissions as s
  where
    s.form_name is null
    or s.data is null
    or s.status is null
    or s.status not in ('unread', 'read')
    or s.created_at is null
  returning row_id
)
update public.project_form_submissions as s
set
  form_name = coalesce(s.form_name, 'contact'),
  data = coalesce(s.data, '{}'),
  status = case when s.status = 'read' then 'read' else 'unread' end,
  created_at = coalesce(s.created_at, now())
where s.id in (select kept.row_id from kept);

-- An item in a state that nobody knows was not listed before and is not listed now.
with kept as (
  insert into wakti.adopted_rows (table_name, row_id, old_row)
  select 'project_collections', c.id, to_jsonb(c)
  from public.project_collections as c
  where
    c.data is null
    or c.status is null
    or c.status not in ('active', 'deleted')
    or c.created_at is null
    or c.updated_at is null
  returning row_id
)
update public.project_collections as c
set
  data = coalesce(c.data, '{}'),
  status = case when coalesce(c.status, 'active') = 'active' then 'active' else 'deleted' end,
  created_at = coalesce(c.created_at, now()),
  updated_at = coalesce(c.updated_at, now())
where c.id in (select kept.row_id from kept);

with kept as (
  insert into wakti.adopted_rows (table_name, row_id, old_row)
  select 'project_collection_schemas', s.id, to_jsonb(s)
  from public.project_collection_schemas as s
  where
    s.schema is null
    or s.created_at is null
    or s.updated_at is null
  returning row_id
)
update public.project_collection_schemas as s
set
  schema = coalesce(s.schema, '{"fields": []}'),
  created_at = coalesce(s.created_at, now()),
  updated_at = coalesce(s.updated_at, now())
where s.id in (select kept.row_id from kept);

-- An account without a hash can be kept but not entered; one in an unknown state stays shut. Who
-- logs in is found by the address without the space around it.
with kept as (
  insert into wakti.adopted_rows (table_name, row_id, old_row)
  select 'project_site_users', u.id, to_jsonb(u) - 'password_hash'
  from public.project_site_users as u
  where
    u.email <> btrim(u.email)
    or u.password_hash is null
    or u.metadata is null
    or u.status is null
    or u.status not in ('active', 'suspended')
    or u.created_at is null
  returning row_id
)
update public.project_site_users as u
set
  email = btrim(u.email),
  password_hash = coalesce(u.password_hash, ''),
  metadata = coalesce(u.metadata, '{}'),
  status = case when coalesce(u.status, 'active') = 'active' then 'active' else 'suspended' end,
  created_at = coalesce(u.created_at, now())
where u.id in (select kept.row_id from kept);
