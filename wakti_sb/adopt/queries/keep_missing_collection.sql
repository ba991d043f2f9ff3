update public.{table} as t
set collection_name = 'unnamed-' || left(t.id::text, 8)
where t.id = any (%(ids)s)
