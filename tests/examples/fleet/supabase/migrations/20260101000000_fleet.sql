-- Vehicles of transport companies: the access token names the company, and drivers share trips.
create schema private;
grant usage on schema private to authenticated;

create table public.companies (
  id uuid primary key default gen_random_uuid(),
  name text not null
);

create table public.vehicles (
  id uuid primary key default gen_random_uuid(),
  company_id uuid not null references public.companies (id) on delete cascade,
  plate text not null,
  mileage integer not null default 0 check (mileage >= 0)
);
create index on public.vehicles (company_id);

create table public.trips (
  id uuid primary key default gen_random_uuid(),
  driver_id uuid not null references auth.users (id) on delete cascade,
  started_at timestamptz not null default now(),
  note text not null
);
create index on public.trips (driver_id);

create table public.trip_shares (
  trip_id uuid not null references public.trips (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  permission text not null check (permission in ('view', 'edit')),
  primary key (trip_id, user_id)
);
create index on public.trip_shares (user_id);

-- The company that the caller's token names.
create function private.company() returns uuid
language sql stable set search_path = pg_catalog, pg_temp
as $$ select nullif(auth.jwt() -> 'app_metadata' ->> 'company_id', '')::uuid $$;

-- Whether a trip is the caller's.
create function private.drives(trip uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from public.trips as t where t.id = trip and t.driver_id = (select auth.uid())
  )
$$;

-- Whether a trip is shared with the caller, in one of these ways.
create function private.shared(trip uuid, ways text[]) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from public.trip_shares as s
    where s.trip_id = trip and s.user_id = (select auth.uid()) and s.permission = any (ways)
  )
$$;

revoke all on all functions in schema private from public;
grant execute on all functions in schema private to authenticated;

alter table public.companies enable row level security;
alter table public.vehicles enable row level security;
alter table public.trips enable row level security;
alter table public.trip_shares enable row level security;

revoke all on public.companies, public.vehicles, public.trips, public.trip_shares
from anon, authenticated;
grant select on public.companies to authenticated;
grant select, insert, delete, update (plate, mileage) on public.vehicles to authenticated;
grant select, insert, delete, update (note) on public.trips to authenticated;
grant select, insert, delete on public.trip_shares to authenticated;

create policy "own company" on public.companies for select to authenticated
using (id = (select private.company()));

create policy "vehicles of the company" on public.vehicles for all to authenticated
using (company_id = (select private.company()));

create policy "read trips" on public.trips for select to authenticated
using (driver_id = (select auth.uid()) or private.shared(id, array['view', 'edit']));
create policy "drive" on public.trips for insert to authenticated
with check (driver_id = (select auth.uid()));
create policy "write notes" on public.trips for update to authenticated
using (driver_id = (select auth.uid()) or private.shared(id, array['edit']));
create policy "remove trips" on public.trips for delete to authenticated
using (driver_id = (select auth.uid()));

create policy "see shares" on public.trip_shares for select to authenticated
using (user_id = (select auth.uid()) or private.drives(trip_id));
create policy "share" on public.trip_shares for insert to authenticated
with check (private.drives(trip_id));
create policy "stop sharing" on public.trip_shares for delete to authenticated
using (private.drives(trip_id));
