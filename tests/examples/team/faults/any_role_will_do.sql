-- finding: documents: a member cannot change this row
alter policy "editors write" on public.documents
using (team_id in (select private.my_teams('admin', 'editor', 'viewer')));
