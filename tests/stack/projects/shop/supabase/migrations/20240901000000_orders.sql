create table public.orders (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id),
  cents integer not null
);
alter table public.orders enable row level security;
create policy "Own orders" on public.orders for select using ((select auth.uid()) = user_id);
