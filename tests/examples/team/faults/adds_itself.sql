-- finding: team_members: a signed-in stranger cannot insert a row for itself
create policy "join" on public.team_members for insert to authenticated
with check (user_id = (select auth.uid()));
