-- finding: contacts: anon cannot see this row
alter table public.contacts disable row level security;
