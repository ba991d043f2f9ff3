-- finding: project_collections: another owner cannot insert its own row under this row of projects
-- The policy looks at the owner column and not at the parent.
alter table public.project_collections drop constraint project_collections_owner_fkey;
alter table public.project_collections add foreign key (project_id) references public.projects (id)
on delete cascade;
alter policy wakti_insert on public.project_collections with check (user_id = (select auth.uid()));
