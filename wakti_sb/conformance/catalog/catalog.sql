-- Everything in the exposed schemas that decides who reaches what, as one JSON document.
-- Parameters: schemas, the names of the exposed schemas.
with relations as (
  select
    c.oid,
    n.nspname,
    c.relname,
    c.relkind,
    c.relrowsecurity,
    c.relforcerowsecurity,
    c.relowner,
    coalesce(c.reloptions, '{}') && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'] as invoker
  from pg_catalog.pg_class as c
  inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
  where
    c.relkind in ('r', 'p', 'v', 'm', 'f')
    and (
      n.nspname = any (%(schemas)s)
      or (n.nspname, c.relname) in (('auth', 'users'), ('storage', 'objects'), ('realtime', 'messages'))
      or c.oid in (
        -- Tables of other schemas that an exposed one points at or takes its members from.
        select k.confrelid
        from pg_catalog.pg_constraint as k
        inner join pg_catalog.pg_class as r on k.conrelid = r.oid
        inner join pg_catalog.pg_namespace as m on r.relnamespace = m.oid
        where k.contype = 'f' and m.nspname = any (%(schemas)s)
      )
      or n.nspname || '.' || c.relname = any (%(relations)s)
    )
    and not exists (
      select from pg_catalog.pg_depend as d
      where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e'
    )
    and not c.relispartition
),

columns as (
  select
    a.attrelid,
    json_agg(
      json_build_object(
        'name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod),
        'base', format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null),
        'kind', b.typtype,
        'category', b.typcategory,
        'length', case
          when a.atttypmod > 4 and t.typname in ('varchar', 'bpchar') then a.atttypmod - 4
          when a.atttypmod > 0 and t.typname in ('bit', 'varbit', 'vector', 'halfvec') then a.atttypmod
        end,
        'not_null', a.attnotnull or t.typnotnull,
        'default', pg_get_expr(f.adbin, f.adrelid),
        -- A view's computed columns take no value either.
        'generated', a.attgenerated <> ''
        or (c.relkind = 'v' and not pg_column_is_updatable(c.oid, a.attnum, true)),
        'identity', a.attidentity,
        'labels', coalesce((
          select json_agg(e.enumlabel order by e.enumsortorder)
          from pg_catalog.pg_enum as e
          -- An array's are those of its members.
          where e.enumtypid = coalesce(nullif(b.typelem, 0), b.oid)
        ), '[]'),
        'fields', (
          select count(*)
          from pg_catalog.pg_attribute as f
          where f.attrelid = b.typrelid and b.typrelid <> 0 and f.attnum > 0 and not f.attisdropped
        ),
        'domain_checks', coalesce((
          select json_agg(pg_get_expr(k.conbin, 0) order by k.conname)
          from pg_catalog.pg_constraint as k
          where k.contypid = t.oid and k.contype = 'c'
        ), '[]'),
        'readers', (
          select coalesce(json_agg(r.rolname order by r.rolname), '[]')
          from pg_catalog.pg_roles as r
          where
            r.rolname in ('anon', 'authenticated', 'service_role')
            and has_column_privilege(r.oid, a.attrelid, a.attnum, 'select')
        ),
        'inserters', (
          select coalesce(json_agg(r.rolname order by r.rolname), '[]')
          from pg_catalog.pg_roles as r
          where
            r.rolname in ('anon', 'authenticated', 'service_role')
            and has_column_privilege(r.oid, a.attrelid, a.attnum, 'insert')
        ),
        'updaters', (
          select coalesce(json_agg(r.rolname order by r.rolname), '[]')
          from pg_catalog.pg_roles as r
          where
            r.rolname in ('anon', 'authenticated', 'service_role')
            and has_column_privilege(r.oid, a.attrelid, a.attnum, 'update')
        )
      )
      order by a.attnum
    ) as entries
  from pg_catalog.pg_attribute as a
  inner join relations as c on a.attrelid = c.oid
  inner join pg_catalog.pg_type as t on a.atttypid = t.oid
  inner join pg_catalog.pg_type as b on coalesce(nullif(t.typbasetype, 0), t.oid) = b.oid
  left join pg_catalog.pg_attrdef as f on a.attrelid = f.adrelid and a.attnum = f.adnum
  where a.attnum > 0 and not a.attisdropped
  group by a.attrelid
),

constraints as (
  select
    k.conrelid,
    coalesce(json_agg(
      json_build_object(
        'name', k.conname,
        'expression', pg_get_expr(k.conbin, k.conrelid),
        'columns', (
          select coalesce(json_agg(a.attname order by a.attnum), '[]')
          from pg_catalog.pg_attribute as a
          where a.attrelid = k.conrelid and a.attnum = any (k.conkey)
        )
      )
      order by k.conname
    ) filter (where k.contype = 'c'), '[]') as checks,
    coalesce(json_agg(
      json_build_object(
        'name', k.conname,
        'schema', (
          select n.nspname
          from pg_catalog.pg_class as c
          inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
          where c.oid = k.confrelid
        ),
        'table', (select c.relname from pg_catalog.pg_class as c where c.oid = k.confrelid),
        'blocks', k.confdeltype in ('a', 'r'),
        'deferrable', k.condeferrable,
        'columns', (
          select json_agg(a.attname order by u.position)
          from unnest(k.conkey) with ordinality as u (attnum, position)
          inner join pg_catalog.pg_attribute as a
            on a.attrelid = k.conrelid and a.attnum = u.attnum
        ),
        'parent_columns', (
          select json_agg(a.attname order by u.position)
          from unnest(k.confkey) with ordinality as u (attnum, position)
          inner join pg_catalog.pg_attribute as a
            on a.attrelid = k.confrelid and a.attnum = u.attnum
        )
      )
      order by k.conname
    ) filter (where k.contype = 'f'), '[]') as foreign_keys
  from pg_catalog.pg_constraint as k
  inner join relations as c on k.conrelid = c.oid
  group by k.conrelid
),

uniques as (
  select
    i.indrelid,
    json_agg(
      json_build_object(
        'primary', i.indisprimary,
        'columns', (
          -- Columns inside an expression count too: lower(email) is about email.
          select coalesce(json_agg(distinct a.attname), '[]')
          from pg_catalog.pg_attribute as a
          where
            a.attrelid = i.indrelid
            and (
              a.attnum = any (i.indkey)
              or exists (
                select from pg_catalog.pg_depend as d
                where
                  d.classid = 'pg_class'::regclass
                  and d.objid = i.indexrelid
                  and d.refobjid = i.indrelid
                  and d.refobjsubid = a.attnum
              )
            )
        )
      )
      order by i.indisprimary desc, i.indexrelid
    ) as entries
  from pg_catalog.pg_index as i
  inner join relations as c on i.indrelid = c.oid
  where i.indisunique
  group by i.indrelid
),

policies as (
  select
    p.polrelid,
    json_agg(
      json_build_object(
        'name', p.polname,
        'command', case p.polcmd
          when 'r' then 'select'
          when 'a' then 'insert'
          when 'w' then 'update'
          when 'd' then 'delete'
          else 'all'
        end,
        'permissive', p.polpermissive,
        'roles', (
          select json_agg(coalesce(r.rolname, 'public') order by r.rolname)
          from unnest(p.polroles) as u (oid)
          left join pg_catalog.pg_roles as r on u.oid = r.oid
        ),
        'using', pg_get_expr(p.polqual, p.polrelid),
        'check', pg_get_expr(p.polwithcheck, p.polrelid)
      )
      order by p.polname
    ) as entries
  from pg_catalog.pg_policy as p
  inner join relations as c on p.polrelid = c.oid
  group by p.polrelid
),

-- The triggers of wakti_rls on some columns.
rules as (
  select
    t.tgrelid,
    json_agg(
      json_build_object(
        'name', t.tgname,
        'operation', case when t.tgtype & 4 <> 0 then 'insert' else 'update' end,
        'function', p.proname,
        'arguments', encode(t.tgargs, 'hex')
      )
      order by t.tgname
    ) as entries
  from pg_catalog.pg_trigger as t
  inner join relations as c on t.tgrelid = c.oid
  inner join pg_catalog.pg_proc as p on t.tgfoid = p.oid
  inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
  where n.nspname = 'wakti_rls' and p.proname in ('refuse_change', 'keep')
  group by t.tgrelid
),

functions as (
  select
    p.oid,
    json_build_object(
      'schema', n.nspname,
      'name', p.proname,
      'signature', pg_get_function_identity_arguments(p.oid),
      'arguments', coalesce((
        -- What only comes out (o, t) is no argument of a call.
        select json_agg(
          json_build_object(
            'name', coalesce(u.name, ''),
            -- With its schema: a role that may not use that would be told of no such type.
            'type', case
              when yn.nspname = 'pg_catalog' then format_type(u.type, null)
              when y.typelem <> 0 and y.typcategory = 'A' then (
                select format('%%I.%%I[]', yn.nspname, e.typname)
                from pg_catalog.pg_type as e
                where e.oid = y.typelem
              )
              else format('%%I.%%I', yn.nspname, y.typname)
            end,
            'base', format_type(coalesce(nullif(y.typbasetype, 0), y.oid), null),
            'category', y.typcategory,
            -- An array's are those of its members.
            'labels', coalesce((
              select json_agg(e.enumlabel order by e.enumsortorder)
              from pg_catalog.pg_enum as e
              where e.enumtypid in (y.oid, y.typelem, y.typbasetype)
            ), '[]'),
            'checks', coalesce((
              select json_agg(pg_get_expr(k.conbin, 0) order by k.conname)
              from pg_catalog.pg_constraint as k
              where k.contypid = y.oid and k.contype = 'c'
            ), '[]'),
            'default', u.position > p.pronargs - p.pronargdefaults,
            'variadic', p.provariadic <> 0 and u.position = p.pronargs
          )
          order by u.position
        )
        from (
          select
            a.type,
            p.proargnames[a.place] as name,
            row_number() over (order by a.place) as position
          from
            unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]))
            with ordinality as a (type, place)
          where coalesce(p.proargmodes[a.place], 'i') in ('i', 'b', 'v')
        ) as u
        inner join pg_catalog.pg_type as y on u.type = y.oid
        inner join pg_catalog.pg_namespace as yn on y.typnamespace = yn.oid
      ), '[]'),
      'types', oidvectortypes(p.proargtypes),
      'result', pg_get_function_result(p.oid),
      'definer', p.prosecdef,
      'volatile', p.provolatile = 'v',
      'source', p.prosrc,
      'trigger', p.prorettype in ('trigger'::regtype, 'event_trigger'::regtype),
      'search_path', coalesce(p.proconfig::text like '%%search_path=%%', false),
      'executors', (
        select coalesce(json_agg(r.rolname order by r.rolname), '[]')
        from pg_catalog.pg_roles as r
        where
          r.rolname in ('anon', 'authenticated', 'service_role')
          and has_function_privilege(r.oid, p.oid, 'execute')
      )
    ) as entry
  from pg_catalog.pg_proc as p
  inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
  where
    n.nspname = any (%(schemas)s)
    -- The API calls functions only: no procedures, aggregates or window functions.
    and p.prokind = 'f'
    -- Neither those of an extension nor those that come with a type, as a range's constructors.
    and not exists (
      select from pg_catalog.pg_depend as d
      where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype in ('e', 'i')
    )
)

select json_build_object(
  'relations', (
    select coalesce(json_agg(
      json_build_object(
        'schema', r.nspname,
        'name', r.relname,
        'kind', r.relkind,
        'rls', r.relrowsecurity,
        'forced', r.relforcerowsecurity,
        'invoker', r.invoker,
        'writes', (
          -- What PostgreSQL can carry out through it, by INSTEAD OF triggers too.
          select coalesce(json_agg(w.operation order by w.operation), '[]')
          from (values ('insert', 8), ('update', 4), ('delete', 16)) as w (operation, bit)
          where pg_relation_is_updatable(r.oid, true) & w.bit <> 0
        ),
        'bases', (
          -- The tables that a view reads.
          select coalesce(
            json_agg(distinct jsonb_build_array(n.nspname, c.relname)), '[]'
          )
          from pg_catalog.pg_rewrite as w
          inner join pg_catalog.pg_depend as d
            on w.oid = d.objid and d.classid = 'pg_rewrite'::regclass
          inner join pg_catalog.pg_class as c
            on d.refobjid = c.oid and d.refclassid = 'pg_class'::regclass
          inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
          where w.ev_class = r.oid and c.oid <> r.oid and r.relkind in ('v', 'm')
        ),
        'definition', case when r.relkind in ('v', 'm') then pg_catalog.pg_get_viewdef(r.oid) end,
        'estimate', (select greatest(c.reltuples, 0) from pg_catalog.pg_class as c where c.oid = r.oid),
        'columns', coalesce(columns.entries, '[]'),
        'checks', coalesce(constraints.checks, '[]'),
        'foreign_keys', coalesce(constraints.foreign_keys, '[]'),
        'uniques', coalesce(uniques.entries, '[]'),
        'policies', coalesce(policies.entries, '[]'),
        'rules', coalesce(rules.entries, '[]'),
        'deleters', (
          select coalesce(json_agg(a.rolname order by a.rolname), '[]')
          from pg_catalog.pg_roles as a
          where
            a.rolname in ('anon', 'authenticated', 'service_role')
            and has_table_privilege(a.oid, r.oid, 'delete')
        ),
        'open_partitions', (
          -- A partition is reached by its own name too, where its own policies count.
          select coalesce(json_agg(
            json_build_object(
              'name', format('%%I.%%I', s.nspname, p.relname), 'rls', p.relrowsecurity
            )
            order by s.nspname, p.relname
          ), '[]')
          from pg_partition_tree(r.oid) as t
          inner join pg_catalog.pg_class as p on t.relid = p.oid
          inner join pg_catalog.pg_namespace as s on p.relnamespace = s.oid
          where
            r.relkind = 'p'
            and p.oid <> r.oid
            and s.nspname = any (%(schemas)s)
            and (
              not p.relrowsecurity
              -- Or with policies of its own that the table does not have.
              or exists (
                select from pg_catalog.pg_policy as own
                where
                  own.polrelid = p.oid
                  and own.polpermissive
                  and not exists (
                    select from pg_catalog.pg_policy as known
                    where
                      known.polrelid = r.oid
                      and known.polpermissive
                      and known.polcmd in (own.polcmd, '*')
                      and known.polroles @> own.polroles
                      and pg_get_expr(known.polqual, known.polrelid)
                      is not distinct from pg_get_expr(own.polqual, own.polrelid)
                      and pg_get_expr(known.polwithcheck, known.polrelid)
                      is not distinct from pg_get_expr(own.polwithcheck, own.polrelid)
                  )
              )
            )
            and exists (
              select from pg_catalog.pg_roles as a
              where
                a.rolname in ('anon', 'authenticated')
                and has_table_privilege(a.oid, p.oid, 'select, insert, update, delete')
            )
        ),
        'bypassers', (
          -- Owners, and members of the owner, pass row level security unless it is forced.
          select coalesce(json_agg(a.rolname order by a.rolname), '[]')
          from pg_catalog.pg_roles as a
          where
            a.rolname in ('anon', 'authenticated')
            and not r.relforcerowsecurity
            and pg_has_role(a.oid, r.relowner, 'usage')
        ),
        'published', exists (
          select from pg_catalog.pg_publication_tables as t
          where
            t.pubname = 'supabase_realtime'
            and t.schemaname = r.nspname
            and t.tablename = r.relname
        )
      )
      order by r.nspname, r.relname
    ), '[]')
    from relations as r
    left join columns on r.oid = columns.attrelid
    left join constraints on r.oid = constraints.conrelid
    left join uniques on r.oid = uniques.indrelid
    left join policies on r.oid = policies.polrelid
    left join rules on r.oid = rules.tgrelid
  ),
  'functions', (
    select coalesce(json_agg(functions.entry order by functions.entry ->> 'schema', functions.entry ->> 'name', functions.entry ->> 'types'), '[]')
    from functions
  ),
  'roles', (
    select json_object_agg(
      r.rolname,
      json_build_object(
        'bypasses', r.rolbypassrls or r.rolsuper,
        'timeout', (
          select substring(s.setting from 'statement_timeout=(.*)')
          from pg_catalog.pg_db_role_setting as d
          cross join unnest(d.setconfig) as s (setting)
          where d.setrole = r.oid and d.setdatabase = 0 and s.setting like 'statement_timeout=%%'
          limit 1
        )
      )
    )
    from pg_catalog.pg_roles as r
    where r.rolname in ('anon', 'authenticated', 'service_role') or r.rolname = current_user
  ),
  'role', current_user
)
