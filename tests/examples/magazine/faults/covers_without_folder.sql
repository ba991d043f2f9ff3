-- finding: bucket covers: another owner cannot upload into this folder
alter policy "authors upload covers" on storage.objects with check (bucket_id = 'covers');
