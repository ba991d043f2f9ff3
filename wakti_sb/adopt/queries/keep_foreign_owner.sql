update public.{table} as t
set {owner} = p.user_id
from public.projects as p
where t.project_id = p.id and t.id = any (%(ids)s)
