-- finding: notes: another owner cannot insert its own row under this row of notebooks
-- The policy looks at the owner column and not at the parent.
alter policy "add to own notebooks" on public.notes with check (user_id = (select auth.uid()));
