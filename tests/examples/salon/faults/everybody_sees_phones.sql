-- finding: profiles: anon cannot see this row
drop policy "Users can view own profile" on public.profiles;
create policy "Profiles are viewable by everyone" on public.profiles for select using (true);
