-- finding: project_backends: the owner can change enabled of its own row
drop policy wakti_update on public.project_backends;
