-- The relations that somebody else may be using now. Names are read before the run, because a
-- dropped one has none afterwards.
select c.oid, n.nspname || '.' || c.relname
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname not in ('pg_catalog', 'information_schema', 'supabase_migrations')
  and n.nspname not like 'pg\_toast%'
