-- finding: vehicles: a stranger with user_metadata.company_id=the owner's cannot see this row
-- The company is read where everybody writes what they like.
create policy "vehicles by profile" on public.vehicles for select to authenticated
using (company_id::text = (select auth.jwt() -> 'user_metadata' ->> 'company_id'));
