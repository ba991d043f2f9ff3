-- finding: articles: the owner can see its own row (not published)
alter policy "published or own" on public.articles using (published);
