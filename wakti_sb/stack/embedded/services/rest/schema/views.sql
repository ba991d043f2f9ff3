-- The queries of views, in which the origin of each column stands, as one JSON list.
-- $1: schema names, the exposed ones and those of the extra search path.
select coalesce(json_agg(
  json_build_object(
    'relation', c.oid::bigint,
    'view', json_build_array(n.nspname, c.relname),
    'columns', (
      select json_agg(json_build_array(a.attnum, a.attname))
      from pg_attribute as a
      where a.attrelid = c.oid and a.attnum > 0
    ),
    'definition', r.ev_action::text
  )
  order by c.oid
), '[]')
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_rewrite as r on r.ev_class = c.oid
where c.relkind in ('v', 'm')
  and r.ev_type = '1'
  and n.nspname = any($1::text[])
