-- Files that came with submissions in which a field, at any depth, is this address. A submission can
-- name any file of its site, so it has to have been stored in the minute before.
select distinct o.bucket_id as bucket, u.storage_path as name
from public.project_form_submissions as s
cross join lateral jsonb_path_query(s.data, 'lax $.**.path ? (@.type() == "string")') as p (value)
join public.project_uploads as u
  on u.project_id = s.project_id
  and u.storage_path = p.value #>> '{}'
  and u.uploaded_at between s.created_at - interval '1 minute' and s.created_at
left join storage.objects as o on o.name = u.storage_path
where (%(project)s::text is null or s.project_id::text = %(project)s)
  and exists (
    select
    from jsonb_path_query(s.data, 'strict $.** ? (@.type() == "string")') as f (value)
    where lower(btrim(f.value #>> '{}')) = lower(%(email)s)
  )
