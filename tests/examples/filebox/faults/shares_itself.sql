-- finding: box_guests: another owner cannot insert its own row under this row of boxes
-- Whoever is named in a share may write it: an attacker names itself.
create policy "accept an invitation" on public.box_guests for insert to authenticated
with check (guest_id = (select auth.uid()));
