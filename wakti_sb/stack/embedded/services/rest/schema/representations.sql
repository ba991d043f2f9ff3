-- Implicit casts between a domain and json or text, as one JSON list: how its values are shown and
-- read.
select coalesce(json_agg(json_build_array(
  c.castsource::regtype::text,
  c.casttarget::regtype::text,
  c.castfunc::regproc::text
)), '[]')
from pg_cast as c
join pg_type as source on source.oid = c.castsource
join pg_type as target on target.oid = c.casttarget
where c.castcontext = 'i'
  and c.castmethod = 'f'
  and has_function_privilege(c.castfunc, 'execute')
  and (
    (source.typtype = 'd' and c.casttarget in ('json'::regtype, 'text'::regtype))
    or (target.typtype = 'd' and c.castsource in ('json'::regtype, 'text'::regtype))
  )
