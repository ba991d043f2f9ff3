-- The relation locks of this session.
select relation, mode
from pg_locks
where pid = pg_backend_pid()
  and locktype = 'relation'
  and granted
  and database = (select oid from pg_database where datname = current_database())
