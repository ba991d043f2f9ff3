-- finding: project_overview(uuid): another owner learns of project_collections only what is open to it
alter function public.project_overview (uuid) security definer;
