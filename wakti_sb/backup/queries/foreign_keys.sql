-- Which columns of a table point at which columns of another.
select
  cn.nspname || '.' || c.relname as "table",
  pn.nspname || '.' || p.relname as parent,
  array(
    select a.attname::text
    from unnest(k.conkey) with ordinality as u (number, position)
    join pg_catalog.pg_attribute as a on a.attrelid = k.conrelid and a.attnum = u.number
    order by u.position
  ) as columns,
  array(
    select a.attname::text
    from unnest(k.confkey) with ordinality as u (number, position)
    join pg_catalog.pg_attribute as a on a.attrelid = k.confrelid and a.attnum = u.number
    order by u.position
  ) as parent_columns
from pg_catalog.pg_constraint as k
join pg_catalog.pg_class as c on c.oid = k.conrelid
join pg_catalog.pg_namespace as cn on cn.oid = c.relnamespace
join pg_catalog.pg_class as p on p.oid = k.confrelid
join pg_catalog.pg_namespace as pn on pn.oid = p.relnamespace
where k.contype = 'f'
order by 1, 2, 3
