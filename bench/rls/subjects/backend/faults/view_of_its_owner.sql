-- finding: public.inbox: nobody described this view
create view public.inbox as
select id, project_id, form_name, data, created_at from public.project_form_submissions;
grant select on public.inbox to authenticated;
