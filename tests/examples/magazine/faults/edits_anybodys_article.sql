-- finding: articles: another owner cannot change this row
alter policy "authors edit" on public.articles using ((select auth.uid()) is not null);
