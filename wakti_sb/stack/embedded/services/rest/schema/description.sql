-- The comment on a schema.
-- $1: the schema.
select obj_description(n.oid, 'pg_namespace')
from pg_namespace as n
where n.nspname = $1
