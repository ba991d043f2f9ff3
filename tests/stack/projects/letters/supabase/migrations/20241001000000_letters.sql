create table public.letters (id bigint generated always as identity primary key, body text);
alter table public.letters enable row level security;
