-- Names with spaces and in Arabic; two membership tables: staff of a clinic, relatives of a patient.
create table public."عيادات" (
  id uuid primary key default gen_random_uuid(),
  "الاسم" text not null
);

create table public."clinic staff" (
  clinic uuid not null references public."عيادات" (id) on delete cascade,
  person uuid not null references auth.users (id) on delete cascade,
  role text not null default 'nurse' check (role in ('nurse', 'doctor')),
  primary key (clinic, person)
);

create table public.patients (
  id uuid primary key default gen_random_uuid(),
  "clinic id" uuid not null references public."عيادات" (id) on delete cascade,
  name text not null
);

create table public.patient_members (
  patient_id uuid not null references public.patients (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  primary key (patient_id, user_id)
);

create schema private;
create function private.my_clinics(wanted text[]) returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select clinic from public."clinic staff"
  where person = (select auth.uid()) and role = any (wanted)
$$;
create function private.my_patients() returns setof uuid
language sql stable security definer set search_path = ''
as $$ select patient_id from public.patient_members where user_id = (select auth.uid()) $$;
grant usage on schema private to authenticated;

alter table public."عيادات" enable row level security;
alter table public."clinic staff" enable row level security;
alter table public.patients enable row level security;
alter table public.patient_members enable row level security;

create policy "staff read" on public."عيادات" for select to authenticated
using (id in (select private.my_clinics('{nurse,doctor}')));
create policy "staff read staff" on public."clinic staff" for select to authenticated
using (clinic in (select private.my_clinics('{nurse,doctor}')));
create policy "relatives read" on public.patients for select to authenticated
using (id in (select private.my_patients()));
create policy "relatives read relatives" on public.patient_members for select to authenticated
using (patient_id in (select private.my_patients()));
