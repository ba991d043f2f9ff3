-- finding: articles: anon cannot see this row (not published)
alter policy "published or own" on public.articles using (true);
