-- finding: deals: a signed-in stranger cannot see this row
alter policy "deals_all" on public.deals using (auth.uid() is not null);
