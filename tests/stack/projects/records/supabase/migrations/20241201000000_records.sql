create table public.records (id bigint generated always as identity primary key, title text not null);
alter table public.records enable row level security;
insert into public.records (title) values ('first');
