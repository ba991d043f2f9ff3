-- finding: notes: another owner cannot move a row into this row of notebooks by notebook_id
alter policy "change own notes" on public.notes with check (true);
