-- finding: recent_notes(integer): another owner learns of notes only what is open to it
create or replace function public.recent_notes(how_many integer) returns table (id bigint, body text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select n.id, n.body from public.notes as n order by n.id desc limit how_many
$$;
