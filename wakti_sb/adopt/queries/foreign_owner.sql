-- Rows that name another owner than their project has.
select
  t.id,
  'foreign_owner' as kind,
  case
    when p.id is null then format('names the project %%s, which is not there', t.project_id)
    when p.user_id is null then format('names the project %%s, which has no owner', t.project_id)
    else
      format(
        'is written to %%s, but its project %%s belongs to %%s', t.{owner}, t.project_id, p.user_id
      )
  end as what,
  case
    when p.user_id is not null then format('give it to %%s, the owner of the project', p.user_id)
  end as keep,
  'move it to wakti_quarantine.' || %(table)s as quarantine
from public.{table} as t
left join public.projects as p on t.project_id = p.id
where t.{owner} is distinct from p.user_id
