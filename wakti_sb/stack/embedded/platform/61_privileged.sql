-- What the platform lets postgres do by way of an extension, and PostgreSQL keeps for superusers:
-- event triggers, publications of all tables, extensions of another schema. `migrate` calls these in
-- the place of the statements; what they make is postgres's own. Procedures, since a block may hold a
-- `call` wherever it may hold the statement. Run as supabase_admin in each new database.

-- Makes an event trigger. Parameters: its name, the event, the tags that it is for (null: all), its
-- function. Who may call it: postgres.
create procedure wakti_local.create_event_trigger(
  name text, event text, tags text[], function regprocedure
)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  execute format(
    'create event trigger %I on %I %s execute function %s()',
    name,
    event,
    'when tag in (' || (select string_agg(quote_literal(one.tag), ', ') from unnest(tags) as one (tag))
      || ')',
    function::oid::regproc
  );
  update pg_event_trigger set evtowner = session_user::regrole where evtname = name;
end
$$;

-- Makes a publication of all tables. Parameters: its name, what it publishes (null: everything).
-- Who may call it: postgres.
create procedure wakti_local.create_publication_of_all(name text, publish text)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  execute format(
    'create publication %I for all tables%s', name, case when publish is not null then format(' with (publish = %L)', publish) end
  );
  update pg_publication set pubowner = session_user::regrole where pubname = name;
end
$$;

-- Moves an extension to another schema, which PostgreSQL asks the owner of everything in it for.
-- Parameters: names. Who may call it: postgres.
create procedure wakti_local.move_extension(extension text, schema text)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('alter extension %I set schema %I', extension, schema);
end
$$;

revoke execute
  on procedure wakti_local.create_event_trigger, wakti_local.create_publication_of_all,
    wakti_local.move_extension
  from public;
grant execute
  on procedure wakti_local.create_event_trigger, wakti_local.create_publication_of_all,
    wakti_local.move_extension
  to postgres;
