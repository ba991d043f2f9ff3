-- finding: documents: another owner cannot insert its own row under this row of boxes
alter policy "add documents" on public.documents with check ((select auth.uid()) is not null);
