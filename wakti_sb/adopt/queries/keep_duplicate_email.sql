update public.project_site_users as u
set
  email = regexp_replace(btrim(u.email), '(@[^@]*)?$', '+' || u.id || '\1'),
  status = 'suspended'
where u.id = any (%(ids)s)
