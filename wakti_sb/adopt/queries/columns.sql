select
  a.attname as name,
  format_type(a.atttypid, a.atttypmod) as type
from pg_catalog.pg_attribute as a
where
  a.attrelid = to_regclass('public.' || %(table)s)
  and a.attnum > 0
  and not a.attisdropped
order by a.attnum
