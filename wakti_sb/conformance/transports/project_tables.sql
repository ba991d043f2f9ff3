-- The project's own tables: those of every schema that is neither PostgreSQL's nor the platform's.
select format('%I.%I', n.nspname, c.relname) as name
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where
  c.relkind = 'r'
  and n.nspname !~ '^(pg_|supabase_)'
  and n.nspname not in (
    'information_schema', 'auth', 'storage', 'realtime', 'vault', 'extensions', 'graphql',
    'graphql_public', 'pgbouncer', 'pgsodium', 'net', 'cron', 'wakti_conformance'
  )
  and has_schema_privilege(n.oid, 'usage')
  and has_table_privilege(c.oid, 'select')
order by 1;
