-- finding: payments: another owner cannot see this row
alter policy "own payments" on public.payments using ((select auth.uid()) is not null);
