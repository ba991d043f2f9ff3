-- finding: deals: another owner cannot insert its own row under this row of contacts
alter policy "deals_all" on public.deals
with check (organization_id in (select private.organizations_of_me()));
