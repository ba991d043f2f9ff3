-- Items that a visitor with this address made.
delete from public.project_collections as c
using public.project_site_users as u
where c.project_id = u.project_id
  and c.created_by = u.id
  and lower(u.email) = lower(%(email)s)
  and (%(project)s::text is null or u.project_id::text = %(project)s)
