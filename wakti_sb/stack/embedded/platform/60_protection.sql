-- Nobody but the services changes the tables of auth, storage and realtime. Run as supabase_admin in
-- each new database. postgres inherits their owner, for its policies; whatever else that would allow
-- is refused here in PostgreSQL's own words.

create schema wakti_local authorization supabase_admin;

-- Whether who asks may change the tables of the services: a superuser or one of them.
create function wakti_local.is_service() returns boolean
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select r.rolsuper or r.rolname in ('supabase_auth_admin', 'supabase_storage_admin')
  from pg_roles as r
  where r.rolname = current_user
$$;

-- The table that something belongs to. Parameters: what a DDL command tells of it. Result: an oid,
-- null for what belongs to none.
create function wakti_local.table_of(class oid, object oid) returns oid
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select case class
    when 'pg_class'::regclass
      then coalesce((select i.indrelid from pg_index as i where i.indexrelid = object), object)
    when 'pg_trigger'::regclass then (select t.tgrelid from pg_trigger as t where t.oid = object)
    when 'pg_rewrite'::regclass then (select r.ev_class from pg_rewrite as r where r.oid = object)
    when 'pg_policy'::regclass then (select p.polrelid from pg_policy as p where p.oid = object)
    when 'pg_constraint'::regclass
      then (select c.conrelid from pg_constraint as c where c.oid = object)
    when 'pg_attrdef'::regclass then (select d.adrelid from pg_attrdef as d where d.oid = object)
    when 'pg_statistic_ext'::regclass
      then (select s.stxrelid from pg_statistic_ext as s where s.oid = object)
    when 'pg_publication_rel'::regclass
      then (select r.prrelid from pg_publication_rel as r where r.oid = object)
  end
$$;

-- Refuses a change of a table of the services, but for its policies and new triggers.
create function wakti_local.refuse_changes() returns event_trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  found record;
begin
  if wakti_local.is_service() then
    return;
  end if;
  select c.relname as name into found
  from pg_event_trigger_ddl_commands() as command
  join pg_class as c on c.oid = wakti_local.table_of(command.classid, command.objid)
  join pg_namespace as n on n.oid = c.relnamespace
  where n.nspname in ('auth', 'storage', 'realtime')
    and command.command_tag not in ('CREATE POLICY', 'ALTER POLICY', 'CREATE TRIGGER')
    and not (command.command_tag = 'COMMENT' and command.classid = 'pg_policy'::regclass)
  limit 1;
  if found.name is not null then
    raise exception 'must be owner of table %', found.name
      using errcode = 'insufficient_privilege',
        hint = 'The platform refuses it too: its services own these tables. Policies and triggers on'
          ' them are allowed, and row level security is on.';
  end if;
end
$$;

-- Refuses to drop anything of the services, but for policies and triggers.
create function wakti_local.refuse_drops() returns event_trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  dropped record;
begin
  if wakti_local.is_service() then
    return;
  end if;
  select gone.object_type as kind, gone.object_identity as name into dropped
  from pg_event_trigger_dropped_objects() as gone
  where gone.original
    and gone.schema_name in ('auth', 'storage', 'realtime')
    and gone.object_type not in ('policy', 'trigger')
  limit 1;
  if dropped.name is not null then
    raise exception 'must be owner of % %', dropped.kind, dropped.name
      using errcode = 'insufficient_privilege',
        hint = 'The platform refuses it too: its services own what is in this schema.';
  end if;
end
$$;

create event trigger wakti_refuse_changes on ddl_command_end
execute function wakti_local.refuse_changes();
create event trigger wakti_refuse_drops on sql_drop
execute function wakti_local.refuse_drops();

-- Whoever changes something asks the two functions above as themselves.
grant usage on schema wakti_local to public;
grant execute on all functions in schema wakti_local to public;

-- Also where a migration has switched ordinary triggers off by session_replication_role.
alter event trigger wakti_refuse_changes enable always;
alter event trigger wakti_refuse_drops enable always;
