-- finding: notebooks: another owner cannot see this row
create policy "while debugging" on public.notebooks for select using (true);
