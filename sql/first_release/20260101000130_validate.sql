-- What was added NOT VALID is checked for the rows that were there before, while they can be read
-- and written: this takes no lock that an insert, update or delete would wait for.
-- A row that fails is named by `wakti-sb adopt --check`, which also mends it.

alter table public.project_backends validate constraint project_backends_owner_fkey;

alter table public.project_uploads validate constraint project_uploads_owner_fkey;

alter table public.project_uploads validate constraint project_uploads_status_check;

alter table public.project_uploads validate constraint project_uploads_size_bytes_check;

alter table public.project_form_submissions
validate constraint project_form_submissions_owner_fkey;

alter table public.project_form_submissions
validate constraint project_form_submissions_status_check;

alter table public.project_site_users validate constraint project_site_users_owner_fkey;

alter table public.project_site_users validate constraint project_site_users_status_check;

alter table public.project_collections validate constraint project_collections_owner_fkey;

alter table public.project_collections validate constraint project_collections_created_by_fkey;

alter table public.project_collections validate constraint project_collections_status_check;

alter table public.project_collection_schemas
validate constraint project_collection_schemas_owner_fkey;

-- The checks that stand in for NOT NULL on columns which the first release left open.
do $$
declare
  stand_in record;
begin
  for stand_in in
    select c.conrelid::regclass as table_name, c.conname as name
    from pg_catalog.pg_constraint as c
    where c.contype = 'c' and c.conname like 'wakti\_filled\_%'
  loop
    execute format('alter table %s validate constraint %I', stand_in.table_name, stand_in.name);
  end loop;
end
$$;
