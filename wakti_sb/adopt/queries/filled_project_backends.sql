-- Settings of backends that are empty or that the new API would not understand. The migration
-- first_release_values mends them by itself and keeps each row as it was in wakti.adopted_rows.
select
  b.id,
  'filled' as kind,
  problem.what,
  problem.keep,
  null as quarantine
from public.project_backends as b
cross join lateral (
  values
    ('enabled is empty', 'migrate sets it to false', b.enabled is null),
    ('allowed_origins is empty', 'migrate sets it to {{}}: every origin', b.allowed_origins is null),
    ('created_at is empty', 'migrate sets it to the time it runs', b.created_at is null),
    ('updated_at is empty', 'migrate sets it to the time it runs', b.updated_at is null),
    ('features is empty', 'migrate sets it to {{}}: the defaults', b.features is null),
    (
      'features says true or false for a system',
      'migrate writes it as {{"enabled": …}}',
      jsonb_path_exists(
        b.features,
        'strict $ ? (@.type() == "object").keyvalue()
          ? (@.key like_regex "^(forms|collections|uploads|auth)$" && @.value.type() == "boolean")',
        silent => true
      )
    )
) as problem (what, keep, found)
where problem.found
union all
select
  b.id,
  'filled' as kind,
  'features says what the new API would not understand: ' || left(b.features::text, 100) as what,
  'migrate sets it to {{}}: the defaults' as keep,
  null as quarantine
from public.project_backends as b
where
  jsonb_typeof(b.features) <> 'object'
  or exists (
    select 1
    from
      jsonb_each(
        case when jsonb_typeof(b.features) = 'object' then b.features else '{{}}' end
      ) as section,
      jsonb_each(
        case
          when jsonb_typeof(section.value) = 'object' then section.value
          when
            jsonb_typeof(section.value) = 'boolean'
            and section.key in ('forms', 'collections', 'uploads', 'auth')
            then '{{}}'
          else '{{"unreadable": null}}'
        end
      ) as setting
    where
      (section.key, setting.key, jsonb_typeof(setting.value)) not in (
        ('forms', 'enabled', 'boolean'),
        ('forms', 'honeypot', 'string'),
        ('forms', 'max_bytes', 'number'),
        ('collections', 'enabled', 'boolean'),
        ('collections', 'validate', 'boolean'),
        ('uploads', 'enabled', 'boolean'),
        ('auth', 'enabled', 'boolean'),
        ('auth', 'signup', 'boolean')
      )
      or (
        setting.key = 'max_bytes'
        and not jsonb_path_exists(
          setting.value, '$ ? (@ >= 1 && @ <= 1048576 && @.floor() == @)', silent => true
        )
      )
      or (setting.key = 'honeypot' and length(setting.value #>> '{{}}') > 64)
  )
