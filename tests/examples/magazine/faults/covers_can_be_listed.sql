-- finding: bucket covers: anon lists nothing
create policy "public covers" on storage.objects for select using (bucket_id = 'covers');
