update public.project_uploads as u
set storage_path = u.storage_path || '#' || u.id
where u.id = any (%(ids)s)
