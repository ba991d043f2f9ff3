-- finding: bylines: anon cannot change this row
alter view public.bylines set (security_invoker = false);
