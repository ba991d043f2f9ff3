-- An index of that name in public: null if there is none, else whether it is finished.
select i.indisvalid
from (select to_regclass('public.' || quote_ident(%(name)s)) as oid) as wanted
left join pg_catalog.pg_index as i on wanted.oid = i.indexrelid
