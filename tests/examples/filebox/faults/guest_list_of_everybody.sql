-- finding: box_guests: a signed-in stranger cannot see this row
create policy "see who is in" on public.box_guests for select to authenticated using (true);
