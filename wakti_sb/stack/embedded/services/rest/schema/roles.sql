-- What `alter role … set …` says of the roles that the asking role can become, as one JSON list.
with settings as (
  select
    r.rolname,
    split_part(s.setting, '=', 1) as name,
    substr(s.setting, strpos(s.setting, '=') + 1) as value
  from pg_auth_members as m
  join pg_roles as r on r.oid = m.roleid
  cross join unnest(r.rolconfig) as s (setting)
  where m.member = quote_ident(current_user)::regrole
)

select coalesce(json_agg(json_build_array(settings.rolname, settings.name, settings.value)), '[]')
from settings
join pg_settings on pg_settings.name = settings.name
where pg_settings.context = 'user'
  or has_parameter_privilege(quote_ident(current_user)::regrole, pg_settings.name, 'set')
