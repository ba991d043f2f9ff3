-- finding: project_uploads: another owner cannot see this row
alter table public.project_uploads disable row level security;
