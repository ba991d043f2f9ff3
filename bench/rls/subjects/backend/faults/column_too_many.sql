-- finding: project_site_users: the owner cannot read password_hash
grant select on public.project_site_users to authenticated;
