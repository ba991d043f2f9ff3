-- finding: note_titles: another owner cannot see this row
alter view public.note_titles set (security_invoker = false);
