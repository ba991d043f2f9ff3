delete from wakti.site_sessions as s
using public.project_site_users as u
where s.site_user_id = u.id
  and lower(u.email) = lower(%(email)s)
  and (%(project)s::text is null or u.project_id::text = %(project)s)
