-- finding: articles: another owner cannot move a row into this row of authors by author_id without a filter
alter policy "authors edit" on public.articles
using (author_id in (select a.id from public.authors as a where a.user_id = (select auth.uid())))
with check (true);
