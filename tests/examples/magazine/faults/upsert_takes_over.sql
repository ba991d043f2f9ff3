-- finding: articles: another owner cannot take over this row by an upsert
alter policy "authors edit" on public.articles using (true)
with check (author_id in (select a.id from public.authors as a where a.user_id = (select auth.uid())));
