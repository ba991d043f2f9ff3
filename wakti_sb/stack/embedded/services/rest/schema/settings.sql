-- The settings `pgrst.…` of the role that asks, those of this database before those of all, as one
-- JSON object; and whether changes of the schema are announced.
with settings as (
  select distinct on (split_part(s.setting, '=', 1))
    split_part(s.setting, '=', 1) as name,
    substr(s.setting, strpos(s.setting, '=') + 1) as value
  from pg_db_role_setting as r
  cross join unnest(r.setconfig) as s (setting)
  where r.setrole = quote_ident(current_user)::regrole
    and r.setdatabase in (
      0, (select oid from pg_database where datname = current_database())
    )
    and s.setting like 'pgrst.%'
  order by split_part(s.setting, '=', 1), r.setdatabase desc
)

select
  coalesce(json_object_agg(substr(name, 7), value), '{}'),
  (
    select count(*) = 2
    from pg_event_trigger
    where evtname in ('pgrst_ddl_watch', 'pgrst_drop_watch') and evtenabled <> 'D'
  )
from settings
