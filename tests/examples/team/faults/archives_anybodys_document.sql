-- finding: archive_document(uuid): another owner changes only what it may by the key of documents
create or replace function public.archive_document(document_id uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$ update public.documents as d set archived = true where d.id = document_id $$;
