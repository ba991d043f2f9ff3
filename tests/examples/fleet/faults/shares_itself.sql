-- finding: trip_shares: another owner cannot insert its own row under this row of trips
-- Whoever is named in a share may write it, too.
create policy "accept a share" on public.trip_shares for insert to authenticated
with check (user_id = (select auth.uid()));
