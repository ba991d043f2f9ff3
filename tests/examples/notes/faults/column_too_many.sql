-- finding: notes: the owner cannot read embedding_key
grant select on public.notes to authenticated;
