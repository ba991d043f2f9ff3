-- finding: authors: the owner cannot read payout_account
grant select on public.authors to anon, authenticated;
