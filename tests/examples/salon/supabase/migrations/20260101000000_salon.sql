-- Bookings: a profile for each user (made at sign-up), services that everybody reads, appointments.
create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  full_name text not null default '',
  phone text
);
alter table public.profiles enable row level security;
create policy "Users can view own profile" on public.profiles for select
using (auth.uid() = id);
create policy "Users can update own profile" on public.profiles for update
using (auth.uid() = id);

create function public.handle_new_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.profiles (id, full_name)
  values (new.id, coalesce(new.raw_user_meta_data ->> 'full_name', ''));
  return new;
end
$$;
create trigger on_auth_user_created after insert on auth.users
for each row execute function public.handle_new_user();

create table public.services (
  id bigint generated always as identity primary key,
  name text not null,
  price numeric(8, 2) not null check (price >= 0)
);
alter table public.services enable row level security;
create policy "Anyone can view services" on public.services for select using (true);

create table public.appointments (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid not null references public.profiles (id) on delete cascade,
  service_id bigint not null references public.services (id),
  starts_at timestamptz not null,
  status text not null default 'requested' check (status in ('requested', 'confirmed', 'done'))
);
alter table public.appointments enable row level security;
create policy "Customers see their appointments" on public.appointments for select
using (auth.uid() = customer_id);
create policy "Customers book" on public.appointments for insert
with check (auth.uid() = customer_id);
create policy "Customers cancel" on public.appointments for delete
using (auth.uid() = customer_id);
