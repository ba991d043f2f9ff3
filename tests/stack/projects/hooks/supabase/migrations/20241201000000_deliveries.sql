create table public.deliveries (id bigint generated always as identity primary key, body jsonb);
alter table public.deliveries enable row level security;
