-- Accounts whose address another account of the same project has, and those without an address.
-- Of equal ones the account that was used last stays as it is.
with ranked as (
  select
    u.id,
    u.email,
    row_number() over same_address as place,
    first_value(u.id) over same_address as stays
  from public.project_site_users as u
  left join public.projects as p on u.project_id = p.id
  where u.email is not null
  window
    same_address as (
      partition by u.project_id, lower(btrim(u.email))
      order by
        coalesce(u.owner_id = p.user_id, false) desc,
        u.last_login desc nulls last,
        u.created_at asc nulls last,
        u.id asc
    )
)

select
  ranked.id,
  'duplicate_email' as kind,
  format(
    '%%s is the address of account %%s too, which was used later', ranked.email, ranked.stays
  ) as what,
  'suspend it, with its id inside the address' as keep,
  'move it to wakti_quarantine.project_site_users' as quarantine
from ranked
where ranked.place > 1
union all
select
  u.id,
  'missing_email' as kind,
  'has no e-mail address' as what,
  format('suspend it as %%s@missing.invalid', u.id) as keep,
  'move it to wakti_quarantine.project_site_users' as quarantine
from public.project_site_users as u
where u.email is null
