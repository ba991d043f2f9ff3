-- Whatever else hangs on an account goes with it.
delete from public.project_site_users as u
where lower(u.email) = lower(%(email)s)
  and (%(project)s::text is null or u.project_id::text = %(project)s)
