-- What the first release leaves behind, once everything that replaces it is there and valid: its
-- keys, its unique e-mail that minds the case, its policies. On a new database there is none.

do $$
declare
  tables constant regclass[] := array[
    'public.project_backends',
    'public.project_uploads',
    'public.project_form_submissions',
    'public.project_site_users',
    'public.project_collections',
    'public.project_collection_schemas'
  ];
  leftover record;
begin
  -- The stand-ins give way to NOT NULL, which trusts them and reads nothing.
  for leftover in
    select c.conrelid::regclass as table_name, c.conname as name, a.attname as column_name
    from pg_catalog.pg_constraint as c
    inner join pg_catalog.pg_attribute as a
      on c.conrelid = a.attrelid and c.conkey = array[a.attnum]
    where c.contype = 'c' and c.conrelid = any (tables) and c.conname like 'wakti\_filled\_%'
  loop
    execute format(
      'alter table %s alter column %I set not null, drop constraint %I',
      leftover.table_name,
      leftover.column_name,
      leftover.name
    );
  end loop;

  -- Two keys to one project would leave REST in doubt which of them an embedded project means.
  for leftover in
    select c.conrelid::regclass as table_name, c.conname as name
    from pg_catalog.pg_constraint as c
    where
      c.contype = 'f'
      and c.conrelid = any (tables)
      and c.confrelid in ('public.projects'::regclass, 'auth.users'::regclass)
      and cardinality(c.conkey) = 1
  loop
    execute format('alter table %s drop constraint %I', leftover.table_name, leftover.name);
  end loop;

  for leftover in
    select c.conname as name
    from pg_catalog.pg_constraint as c
    where
      c.contype = 'u'
      and c.conrelid = 'public.project_site_users'::regclass
      and (
        select array_agg(a.attname::text order by a.attname)
        from pg_catalog.pg_attribute as a
        where a.attrelid = c.conrelid and a.attnum = any (c.conkey)
      ) = array['email', 'project_id']
  loop
    execute format('alter table public.project_site_users drop constraint %I', leftover.name);
  end loop;

  -- A permissive policy only ever adds: one that is left would keep its hole open beside ours.
  for leftover in
    select format('%I.%I', p.schemaname, p.tablename) as table_name, p.policyname as name
    from pg_catalog.pg_policies as p
    where
      (
        to_regclass(format('%I.%I', p.schemaname, p.tablename)) = any (tables)
        and (
          p.policyname like 'Users can %'
          or p.policyname like 'Owners can %'
          or 'public' = any (p.roles)
        )
      )
      or (
        p.schemaname = 'storage'
        and p.tablename = 'objects'
        and concat(p.qual, p.with_check) like '%''project-uploads''%'
      )
  loop
    execute format('drop policy %I on %s', leftover.name, leftover.table_name);
  end loop;
end
$$;
