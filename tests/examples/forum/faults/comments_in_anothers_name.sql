-- finding: comments: another owner cannot insert a row in the name of the owner
alter policy "comment" on public.comments with check (auth.role() = 'authenticated');
