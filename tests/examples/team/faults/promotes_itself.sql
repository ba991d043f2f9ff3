-- finding: team_members: a member cannot change its own row
create policy "own membership" on public.team_members for update to authenticated
using (user_id = (select auth.uid()));
