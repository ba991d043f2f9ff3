-- finding: comments: another owner cannot insert its own row under this row of documents
alter policy "members comment" on public.comments with check (
  author_id = (select auth.uid())
  and team_id in (select private.my_teams('admin', 'editor', 'viewer'))
);
