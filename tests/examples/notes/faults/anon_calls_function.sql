-- finding: recent_notes(integer): anon cannot execute it
grant execute on function public.recent_notes (integer) to anon;
