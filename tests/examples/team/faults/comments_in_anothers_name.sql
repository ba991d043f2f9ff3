-- finding: comments: a member cannot insert a row in the name of the owner
alter policy "members comment" on public.comments
with check (team_id in (select private.my_teams('admin', 'editor', 'viewer')));
