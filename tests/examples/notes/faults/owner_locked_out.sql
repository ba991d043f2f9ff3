-- finding: notes: the owner can delete its own row
drop policy "delete own notes" on public.notes;
