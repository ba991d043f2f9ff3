-- finding: bucket boxes: another owner cannot read this file
alter policy "read box files" on storage.objects using (bucket_id = 'boxes');
