-- Products, orders and their lines, and what only the secret key writes.
create table public.products (
  id integer generated always as identity primary key,
  name text not null,
  stock integer not null default 0 check (stock >= 0)
);

create table public.orders (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  status text not null default 'open' check (status in ('open', 'paid', 'sent')),
  note text
);

create table public.order_items (
  id bigint generated always as identity primary key,
  order_id uuid not null references public.orders (id) on delete cascade,
  product_id integer not null references public.products (id),
  quantity integer not null default 1 check (quantity between 1 and 99)
);

create table public.payments (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders (id) on delete cascade,
  amount integer not null check (amount > 0)
);

alter table public.products enable row level security;
alter table public.orders enable row level security;
alter table public.order_items enable row level security;
alter table public.payments enable row level security;

revoke insert, update, delete on public.products, public.payments from anon, authenticated;
revoke update on public.orders from anon, authenticated;
grant update (note) on public.orders to authenticated;

create policy "catalogue" on public.products for select using (true);
create policy "own orders" on public.orders for all to authenticated
using (user_id = (select auth.uid()));
create policy "own lines" on public.order_items for all to authenticated
using (order_id in (select id from public.orders where user_id = (select auth.uid())));
create policy "own payments" on public.payments for select to authenticated
using (order_id in (select id from public.orders where user_id = (select auth.uid())));

create function public.order_total(wanted uuid) returns bigint
language sql stable set search_path = ''
as $$ select sum(quantity) from public.order_items where order_id = wanted $$;
revoke execute on function public.order_total (uuid) from public, anon;
