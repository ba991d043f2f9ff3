-- Submissions in which a field, at any depth, is this address.
delete from public.project_form_submissions as s
where (%(project)s::text is null or s.project_id::text = %(project)s)
  and exists (
    select
    from jsonb_path_query(s.data, 'strict $.** ? (@.type() == "string")') as f (value)
    where lower(btrim(f.value #>> '{}')) = lower(%(email)s)
  )
