-- Primary keys, unique constraints and foreign keys, as one JSON list.
select coalesce(json_agg(
  json_build_object(
    'type', c.contype,
    'name', c.conname,
    'relation', c.conrelid::bigint,
    'table', json_build_array(own.nspname, tab.relname),
    'columns', (
      select json_agg(a.attname order by k.place)
      from unnest(c.conkey) with ordinality as k (attnum, place)
      join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = k.attnum
    ),
    'attributes', c.conkey,
    'foreignRelation', c.confrelid::bigint,
    'foreignTable', json_build_array(far.nspname, other.relname),
    'foreignColumns', (
      select json_agg(a.attname order by k.place)
      from unnest(c.confkey) with ordinality as k (attnum, place)
      join pg_attribute as a on a.attrelid = c.confrelid and a.attnum = k.attnum
    ),
    'foreignAttributes', c.confkey,
    'inherited', c.conparentid <> 0
  )
  order by c.conrelid, c.conname
), '[]')
from pg_constraint as c
join pg_class as tab on tab.oid = c.conrelid
join pg_namespace as own on own.oid = tab.relnamespace
left join pg_class as other on other.oid = c.confrelid
left join pg_namespace as far on far.oid = other.relnamespace
where c.contype in ('p', 'u', 'f')
  and c.connamespace <> 'pg_catalog'::regnamespace
