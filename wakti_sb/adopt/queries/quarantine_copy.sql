insert into wakti_quarantine.{table} (adopt_action, adopt_reason, {columns})
select
  %(action)s,
  reasons.reason,
  {qualified}
from public.{table} as t
inner join unnest(%(ids)s::uuid[], %(reasons)s::text[]) as reasons (id, reason)
  on t.id = reasons.id
