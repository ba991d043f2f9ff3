-- finding: documents: another owner cannot see this row
-- Membership is checked, but of any team at all.
alter policy "members read" on public.documents
using (exists (select from public.team_members as m where m.user_id = (select auth.uid())));
