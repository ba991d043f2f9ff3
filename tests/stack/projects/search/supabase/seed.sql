insert into public.documents (user_id, content) select id, 'hello' from auth.users;
insert into storage.buckets (id, name) values ('scans', 'scans');
