-- finding: delete_note(bigint): another owner changes only what it may by the key of notes
create or replace function public.delete_note(note_id bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  delete from public.notes as n where n.id = note_id;
end
$$;
