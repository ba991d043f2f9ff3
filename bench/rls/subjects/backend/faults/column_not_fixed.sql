-- finding: project_site_users: the owner cannot change password_hash of its own row
drop trigger _wakti_fixed on public.project_site_users;
