-- Sequences of the project's own schemas and where they stand.
select s.schemaname || '.' || s.sequencename as name, s.last_value as value
from pg_catalog.pg_sequences as s
where s.last_value is not null
  and s.schemaname not in (
    'auth', 'cron', 'extensions', 'graphql', 'net', 'pgmq', 'pgsodium', 'realtime', 'storage',
    'supabase_functions', 'supabase_migrations', 'vault'
  )
order by 1
