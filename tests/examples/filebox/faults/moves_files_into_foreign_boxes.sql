-- finding: bucket boxes: another owner cannot move its own file into this folder
alter policy "change box files" on storage.objects
using (
  bucket_id = 'boxes'
  and (storage.foldername(name))[1] in (select b::text from private.own_boxes() as b)
)
with check (bucket_id = 'boxes');
drop policy "read box files" on storage.objects;
create policy "read box files" on storage.objects for select to authenticated
using (bucket_id = 'boxes');
