-- finding: bylines: another owner cannot delete this row
create function public.remove_byline() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  delete from public.authors as a where a.id = old.id;
  return old;
end
$$;
create trigger remove_byline instead of delete on public.bylines
for each row execute function public.remove_byline();
