-- Functions from a row of one relation to rows of another, as one JSON list.
with relations as (
  select reltype
  from pg_class
  where relkind in ('v', 'r', 'm', 'f', 'p')
)

select coalesce(json_agg(
  json_build_object(
    'function', json_build_array(own.nspname, p.proname),
    'table', json_build_array(near.nspname, given.typname),
    'foreignTable', json_build_array(far.nspname, result.typname),
    'toOne', not p.proretset or p.prorows = 1
  )
  order by p.oid
), '[]')
from pg_proc as p
join pg_namespace as own on own.oid = p.pronamespace
join pg_type as given on given.oid = p.proargtypes[0]
join pg_namespace as near on near.oid = given.typnamespace
join pg_type as result on result.oid = p.prorettype
join pg_namespace as far on far.oid = result.typnamespace
where p.pronargs = 1
  and given.oid in (select reltype from relations)
  and result.oid in (select reltype from relations)
