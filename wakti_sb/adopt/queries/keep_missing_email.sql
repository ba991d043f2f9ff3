update public.project_site_users as u
set
  email = u.id || '@missing.invalid',
  status = 'suspended'
where u.id = any (%(ids)s)
