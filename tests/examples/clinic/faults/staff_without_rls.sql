-- finding: clinic staff: anon cannot delete this row
alter table public."clinic staff" disable row level security;
