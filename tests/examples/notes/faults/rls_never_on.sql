-- finding: reminders: anon cannot see this row
alter table public.reminders disable row level security;
