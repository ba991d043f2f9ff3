update public.project_uploads as u
set storage_path = u.project_id || '/missing-' || u.id
where u.id = any (%(ids)s)
