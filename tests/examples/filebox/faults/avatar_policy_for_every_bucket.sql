-- finding: bucket avatars: the owner cannot read a file in the same folder of another bucket
alter policy "own avatar" on storage.objects
using ((storage.foldername(name))[1] = (select auth.uid())::text);
