delete from public.project_uploads as u
where u.storage_path = any (%(paths)s)
