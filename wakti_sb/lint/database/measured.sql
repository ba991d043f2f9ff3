-- What only a database can tell. One result: rule, message, remedy.
-- The lints are Supabase's by name and meaning (github.com/supabase/splinter, read 2026-11-26).

-- An index that nobody has used, and that guards no key.
select
  'unused_index' as rule,
  format('the index %%I.%%I on %%I has never been used', schemaname, indexrelname, relname) as message,
  format('drop index %%I.%%I, once it has seen a month of work', schemaname, indexrelname) as remedy
from pg_stat_user_indexes
  join pg_index using (indexrelid)
where idx_scan = 0
  and not indisunique
  and schemaname <> all (%(platform)s)

union all

-- A table whose file is far larger than its rows: half of it and at least 10 MB are waste.
select
  'table_bloat',
  format(
    '%%I.%%I takes %%s for some %%s of rows', schemaname, relname, pg_size_pretty(taken), pg_size_pretty(needed)
  ),
  format('vacuum full %%I.%%I, when nobody needs it', schemaname, relname)
from (
    select
      n.nspname as schemaname,
      c.relname,
      pg_relation_size(c.oid) as taken,
      (c.reltuples * (28 + sum((1 - s.null_frac) * s.avg_width)))::bigint as needed
    from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
      join pg_stats as s on s.schemaname = n.nspname and s.tablename = c.relname
    where c.relkind = 'r' and c.reltuples > 0 and n.nspname <> all (%(platform)s)
    group by n.nspname, c.relname, c.oid, c.reltuples
  ) as sizes
where taken > 2 * needed and taken - needed > 10 * 1024 * 1024

union all

-- An extension older than the server offers.
select
  'extension_versions_outdated',
  format('the extension %%s is %%s; the server offers %%s', name, installed_version, default_version),
  format('alter extension %%I update', name)
from pg_available_extensions
where installed_version <> default_version

union all

-- A queue of pgmq that the API shows without row level security.
select
  'insecure_queue_exposed_in_api',
  format('everybody reads and writes the queue %%s', c.relname),
  format('alter table pgmq.%%I enable row level security', c.relname)
from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = 'pgmq'
  and c.relname like 'q\_%%'
  and c.relkind in ('r', 'p')
  and not c.relrowsecurity
  and 'pgmq_public' = any (%(schemas)s)
  and (has_table_privilege('anon', c.oid, 'select')
    or has_table_privilege('authenticated', c.oid, 'select'))
order by 1, 2;
