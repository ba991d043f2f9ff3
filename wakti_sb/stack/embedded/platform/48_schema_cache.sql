-- The Data API reads the schema once and hears of changes: every DDL statement that could matter
-- to it says so on the channel `pgrst`. Run as supabase_admin in each new database.

-- Announces what was made or altered. Temporary objects are nobody's business.
create function extensions.pgrst_ddl_watch()
returns event_trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select
    from pg_event_trigger_ddl_commands() as command
    where command.schema_name is distinct from 'pg_temp'
      and command.command_tag ~
        '^(CREATE|ALTER) (SCHEMA|TABLE|FOREIGN TABLE|VIEW|MATERIALIZED VIEW|FUNCTION|TYPE|DOMAIN|AGGREGATE|CAST)|^CREATE (TABLE AS|TRIGGER|RULE)|^(SELECT INTO|COMMENT)$'
  ) then
    notify pgrst, 'reload schema';
  end if;
end
$$;

-- Announces what was dropped.
create function extensions.pgrst_drop_watch()
returns event_trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select
    from pg_event_trigger_dropped_objects() as dropped
    where not dropped.is_temporary
      and dropped.object_type in (
        'schema', 'table', 'foreign table', 'view', 'materialized view', 'function', 'type',
        'trigger', 'rule', 'table constraint', 'table column', 'aggregate', 'cast'
      )
  ) then
    notify pgrst, 'reload schema';
  end if;
end
$$;

create event trigger pgrst_ddl_watch
  on ddl_command_end
  execute function extensions.pgrst_ddl_watch();

create event trigger pgrst_drop_watch
  on sql_drop
  execute function extensions.pgrst_drop_watch();
