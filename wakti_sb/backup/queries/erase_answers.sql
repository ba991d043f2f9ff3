delete from wakti.answered as a
where (%(project)s::text is null or a.project_id::text = %(project)s)
  and (
    strpos(lower(a.answer), lower(%(email)s)) > 0
    or exists (
      select from public.project_site_users as u
      where u.project_id = a.project_id and lower(u.email) = lower(%(email)s)
    )
  )
