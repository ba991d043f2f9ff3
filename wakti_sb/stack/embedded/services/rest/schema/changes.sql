-- Bodies of functions in which rows are deleted or updated, as one JSON list: all but those of
-- PostgreSQL, of extensions and of the platform itself. And whether the role that asks may have
-- the statements of functions told.
select
  coalesce(json_agg(p.prosrc), '[]'),
  coalesce((
    select has_parameter_privilege('auto_explain.log_min_duration', 'set')
    from pg_settings
    where pg_settings.name = 'auto_explain.log_min_duration'
  ), false)
from pg_proc as p
join pg_namespace as n on n.oid = p.pronamespace
where p.prokind in ('f', 'p')
  and p.provolatile = 'v'
  and p.prosrc ~* '\m(delete|update)\M'
  and n.nspname <> all (array[
    'pg_catalog', 'information_schema', 'auth', 'storage', 'realtime', 'vault', 'graphql',
    'graphql_public', 'supabase_functions', 'extensions', 'cron', 'net'
  ])
  and not exists (
    select
    from pg_depend as d
    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
  )
