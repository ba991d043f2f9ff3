create table public.rooms (id uuid primary key default gen_random_uuid(), name text not null);
alter table public.rooms enable row level security;
