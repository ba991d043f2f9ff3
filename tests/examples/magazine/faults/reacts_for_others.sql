-- finding: reactions: another owner cannot insert a row in the name of the owner
alter policy "react" on public.reactions with check (true);
