-- Relations of a schema that the current role may do anything with, as one JSON list of names.
-- $1: the schema.
select coalesce(json_agg(c.relname order by c.relname), '[]')
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = $1
  and c.relkind in ('v', 'r', 'm', 'f', 'p')
  and not c.relispartition
  and (
    pg_has_role(c.relowner, 'USAGE')
    or has_table_privilege(
      c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'
    )
    or has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
  )
