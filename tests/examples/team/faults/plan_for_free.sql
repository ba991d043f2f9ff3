-- finding: teams: the owner cannot change plan of its own row
grant update (plan) on public.teams to authenticated;
