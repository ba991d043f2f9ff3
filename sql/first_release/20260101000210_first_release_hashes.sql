-- The password hashes of the first release move out of the sight of every key.

-- What no login could ever match is moved all the same: it is a secret.
with moved as (
  insert into wakti.site_credentials (site_user_id, project_id, password_hash)
  select u.id, u.project_id, u.password_hash
  from public.project_site_users as u
  where u.password_hash not in ('', 'pbkdf2_sha256', 'sha256', 'unknown', 'none')
  on conflict do nothing
)
update public.project_site_users as u
set password_hash = case
  when u.password_hash like 'pbkdf2_sha256$%' then 'pbkdf2_sha256'
  when u.password_hash ~ '^[0-9A-Fa-f]{64}$' then 'sha256'
  when u.password_hash = '' then 'none'
  else 'unknown'
end
where u.password_hash not in ('pbkdf2_sha256', 'sha256', 'unknown', 'none');
