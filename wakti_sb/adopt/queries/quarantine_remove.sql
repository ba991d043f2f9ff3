delete from public.{table} as t
where t.id = any (%(ids)s)
