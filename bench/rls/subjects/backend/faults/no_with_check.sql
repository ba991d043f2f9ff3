-- finding: projects: another owner cannot insert a row in this owner's name
alter policy wakti_insert on public.projects with check (true);
