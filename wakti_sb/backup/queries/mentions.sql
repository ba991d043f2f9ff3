-- Items of others in whose data the address stands somewhere.
select count(*)
from public.project_collections as c
where (%(project)s::text is null or c.project_id::text = %(project)s)
  and strpos(lower(c.data::text), lower(%(email)s)) > 0
