-- finding: documents: a former member cannot see this row
-- Somebody who has left still counts.
create or replace function private.my_teams(variadic roles public.team_role[]) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select m.team_id from public.team_members as m
  where m.user_id = (select auth.uid()) and m.role = any (roles)
$$;
