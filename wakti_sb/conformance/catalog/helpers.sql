-- The project's own functions, which policies may call, in whatever schema; of those that come with
-- an extension only such as may look anywhere. Those of the platform are known.
select coalesce(json_agg(
  json_build_object(
    'schema', n.nspname,
    'name', p.proname,
    'arguments', (
      select coalesce(json_agg(coalesce(a.name, '') order by a.place), '[]')
      from unnest(
        coalesce(p.proargnames, array_fill(''::text, array[p.pronargs])),
        coalesce(p.proargmodes, array_fill('i'::"char", array[p.pronargs]))
      ) with ordinality as a (name, mode, place)
      where a.mode in ('i', 'b', 'v')
    ),
    'defaults', (
      select coalesce(
        json_agg(pg_catalog.pg_get_function_arg_default(p.oid, a.place::integer) order by a.place), '[]'
      )
      from unnest(
        coalesce(p.proargmodes, array_fill('i'::"char", array[p.pronargs]))
      ) with ordinality as a (mode, place)
      where a.mode in ('i', 'b', 'v')
    ),
    -- Asked for the claims of every new token: of the shape that Auth wants, and Auth alone may.
    'hook', p.prorettype = 'pg_catalog.jsonb'::pg_catalog.regtype
    and p.proargtypes::text = 'pg_catalog.jsonb'::pg_catalog.regtype::oid::text
    and p.prosrc ~* 'claims'
    and exists (
      select from pg_catalog.aclexplode(p.proacl) as g
      where g.grantee = to_regrole('supabase_auth_admin') and g.privilege_type = 'EXECUTE'
    ),
    'language', l.lanname,
    'definer', p.prosecdef,
    'body', coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc)
  )
  order by n.nspname, p.proname, p.oid
), '[]')
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
inner join pg_catalog.pg_language as l on p.prolang = l.oid
where
  p.prokind = 'f'
  and n.nspname not in ('pg_catalog', 'information_schema', 'auth', 'storage', 'realtime', 'vault', 'graphql', 'pgbouncer')
  and p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype
  and (
    l.lanname = 'c' and p.provolatile <> 'i'
    or l.lanname <> 'c' and not exists (
      select from pg_catalog.pg_depend as d
      where d.objid = p.oid and d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.deptype = 'e'
    )
  )
