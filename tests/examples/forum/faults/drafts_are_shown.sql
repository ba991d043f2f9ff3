-- finding: posts: anon cannot see this row (not is_published)
create policy "public posts" on public.posts for select using (true);
