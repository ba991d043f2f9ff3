-- Everything about a database that decides whether migrations can be applied to it, in one row.
select
  pg_is_in_recovery() as standby,
  current_setting('transaction_read_only')::boolean as read_only,
  current_user::text as role,
  array(
    select 'role ' || wanted.name
    from unnest(array['anon', 'authenticated', 'service_role'])
      with ordinality as wanted (name, position)
    where not exists (select from pg_roles where rolname = wanted.name)
    order by wanted.position
  ) || array(
    select 'schema ' || wanted.name
    from unnest(array['auth', 'storage', 'extensions'])
      with ordinality as wanted (name, position)
    where not exists (select from pg_namespace where nspname = wanted.name)
    order by wanted.position
  ) || array(
    select 'table ' || wanted.schema || '.' || wanted.name
    from unnest(array['auth', 'storage', 'storage'], array['users', 'buckets', 'objects'])
      with ordinality as wanted (schema, name, position)
    where exists (select from pg_namespace where nspname = wanted.schema)
      and not exists (
        select
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = wanted.schema and c.relname = wanted.name
      )
    order by wanted.position
  ) as missing,
  has_database_privilege(current_database(), 'create') as creates_schemas,
  exists (select from pg_namespace where nspname = 'supabase_migrations') as has_schema,
  coalesce((
    select has_schema_privilege(n.oid, 'usage')
    from pg_namespace n
    where n.nspname = 'supabase_migrations'
  ), false) as uses_schema,
  coalesce((
    select has_schema_privilege(n.oid, 'create')
    from pg_namespace n
    where n.nspname = 'supabase_migrations'
  ), false) as creates_table,
  history.oid is not null as has_table,
  coalesce(has_table_privilege(history.oid, 'select'), false) as reads_history,
  coalesce(
    has_table_privilege(history.oid, 'insert')
    and (history.columns = 2 or pg_has_role(history.owner, 'usage')),
    false
  ) as writes_history,
  coalesce(history.columns = 2, false) as has_columns
from (select) as one
left join (
  select
    c.oid,
    c.relowner as owner,
    (
      select count(*)
      from pg_attribute a
      where a.attrelid = c.oid and a.attname in ('statements', 'name') and not a.attisdropped
    ) as columns
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'supabase_migrations' and c.relname = 'schema_migrations'
) as history on true
