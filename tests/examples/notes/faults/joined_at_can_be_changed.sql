-- finding: profiles: the owner cannot change joined_at of its own row
grant update on public.profiles to authenticated;
