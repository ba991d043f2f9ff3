-- finding: patients: a signed-in stranger cannot see this row
create policy "signed in" on public.patients for select to authenticated using (true);
