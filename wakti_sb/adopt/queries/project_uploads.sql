-- Files that another row has too, and rows that name none. Of equal ones the oldest stays.
with ranked as (
  select
    u.id,
    u.storage_path,
    row_number() over same_file as place,
    first_value(u.id) over same_file as stays
  from public.project_uploads as u
  left join public.projects as p on u.project_id = p.id
  where u.storage_path is not null
  window
    same_file as (
      partition by u.storage_path
      order by
        coalesce(u.user_id = p.user_id, false) desc,
        u.uploaded_at asc nulls last,
        u.id asc
    )
)

select
  ranked.id,
  'duplicate_path' as kind,
  format('%%s is the file of row %%s too', ranked.storage_path, ranked.stays) as what,
  'keep the row under its path and id; the file stays with the other' as keep,
  'move it to wakti_quarantine.project_uploads' as quarantine
from ranked
where ranked.place > 1
union all
select
  u.id,
  'missing_path' as kind,
  'names no file' as what,
  format('keep the row under %%s/missing-%%s', u.project_id, u.id) as keep,
  'move it to wakti_quarantine.project_uploads' as quarantine
from public.project_uploads as u
where u.storage_path is null
