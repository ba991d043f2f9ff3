-- The tables whose rows are a project's own: not the platform's, not an extension's, not those that
-- a crash empties anyway. Of auth only the accounts.
select
  n.nspname::text as schema,
  c.relname::text as name,
  array(
    select a.attname::text
    from pg_catalog.pg_attribute as a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    order by a.attnum
  ) as columns,
  exists (
    select from pg_catalog.pg_trigger as t where t.tgrelid = c.oid and not t.tgisinternal
  ) as has_triggers
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'r'
  and c.relpersistence = 'p'
  and not exists (
    select from pg_catalog.pg_depend as d
    where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
  and (
    (n.nspname = 'auth' and c.relname in ('users', 'identities'))
    or not (
      n.nspname in (
        'auth', 'cron', 'extensions', 'graphql', 'graphql_public', 'information_schema', 'net',
        'pgbouncer', 'pgmq', 'pgsodium', 'pgsodium_masks', 'realtime', 'storage',
        'supabase_functions', 'supabase_migrations', 'vault', '_realtime', '_analytics'
      )
      or n.nspname like 'pg\_%'
    )
  )
order by 1, 2
