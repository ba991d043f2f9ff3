-- Types and defaults of a table that the first release made. On a new database nothing changes.

do $$
begin
  -- Rewrites the table, so only where it must.
  if exists (
    select from pg_catalog.pg_attribute as a
    where
      a.attrelid = 'public.project_uploads'::regclass
      and a.attname = 'size_bytes'
      and a.atttypid <> 'bigint'::regtype
  ) then
    alter table public.project_uploads alter column size_bytes type bigint;
  end if;
end
$$;

alter table public.project_backends
alter column enabled set default false,
alter column allowed_origins set default '{}',
alter column features set default '{}',
alter column created_at set default now(),
alter column updated_at set default now();

alter table public.project_uploads
alter column uploaded_at set default now();

alter table public.project_form_submissions
alter column form_name set default 'contact',
alter column data set default '{}',
alter column status set default 'unread',
alter column created_at set default now();

alter table public.project_collections
alter column data set default '{}',
alter column status set default 'active',
alter column created_at set default now(),
alter column updated_at set default now();

alter table public.project_collection_schemas
alter column schema set default '{"fields": []}',
alter column created_at set default now(),
alter column updated_at set default now();

alter table public.project_site_users
alter column metadata set default '{}',
alter column status set default 'active',
alter column created_at set default now();

-- SET NOT NULL reads the whole table under a lock that stops everybody, unless a valid CHECK says
-- the same already: so the check comes first, is validated in the next migration without such a
-- lock, and gives way to NOT NULL in the one after.
do $$
declare
  empty_column record;
begin
  for empty_column in
    select a.attrelid::regclass as table_name, a.attname as name
    from pg_catalog.pg_attribute as a
    where
      not a.attnotnull
      and (a.attrelid, a.attname) in (
        ('public.project_backends'::regclass, 'enabled'),
        ('public.project_backends'::regclass, 'allowed_origins'),
        ('public.project_backends'::regclass, 'features'),
        ('public.project_backends'::regclass, 'created_at'),
        ('public.project_backends'::regclass, 'updated_at'),
        ('public.project_uploads'::regclass, 'filename'),
        ('public.project_uploads'::regclass, 'storage_path'),
        ('public.project_uploads'::regclass, 'file_type'),
        ('public.project_uploads'::regclass, 'size_bytes'),
        ('public.project_uploads'::regclass, 'uploaded_at'),
        ('public.project_form_submissions'::regclass, 'form_name'),
        ('public.project_form_submissions'::regclass, 'data'),
        ('public.project_form_submissions'::regclass, 'status'),
        ('public.project_form_submissions'::regclass, 'created_at'),
        ('public.project_collections'::regclass, 'collection_name'),
        ('public.project_collections'::regclass, 'data'),
        ('public.project_collections'::regclass, 'status'),
        ('public.project_collections'::regclass, 'created_at'),
        ('public.project_collections'::regclass, 'updated_at'),
        ('public.project_collection_schemas'::regclass, 'collection_name'),
        ('public.project_collection_schemas'::regclass, 'schema'),
        ('public.project_collection_schemas'::regclass, 'created_at'),
        ('public.project_collection_schemas'::regclass, 'updated_at'),
        ('public.project_site_users'::regclass, 'email'),
        ('public.project_site_users'::regclass, 'password_hash'),
        ('public.project_site_users'::regclass, 'metadata'),
        ('public.project_site_users'::regclass, 'status'),
        ('public.project_site_users'::regclass, 'created_at')
      )
  loop
    execute format(
      'alter table %s add constraint %I check (%I is not null) not valid',
      empty_column.table_name,
      'wakti_filled_' || empty_column.name,
      empty_column.name
    );
  end loop;
end
$$;
