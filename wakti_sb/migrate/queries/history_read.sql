-- By way of JSON, so that a history without some of the columns can be read as well.
select
  h.version,
  coalesce(to_jsonb(h) ->> 'name', '') as name,
  to_jsonb(h) -> 'statements' as statements
from supabase_migrations.schema_migrations h
order by h.version collate "C"
