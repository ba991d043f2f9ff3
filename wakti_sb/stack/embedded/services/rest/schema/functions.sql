-- Functions of the exposed schemas that can be called, as one JSON list.
-- $1: schema names; $2: patterns of the settings that a function takes along into its transaction;
-- $3: whether only those that the current role may call.
with recursive domains as (
  select
    t.oid,
    t.oid as base,
    t.typbasetype as next
  from pg_type as t
  union all
  select
    d.oid,
    t.oid,
    t.typbasetype
  from domains as d
  join pg_type as t on t.oid = d.next
),

-- Names and modes are those of all parameters, types those of the given ones.
parameters as (
  select
    p.oid,
    json_agg(
      json_build_object(
        'name', coalesce(a.name, ''),
        'type', a.type::regtype::text,
        -- A length in a cast cuts values off.
        'longType', case a.type
          when 'bit'::regtype then 'bit varying'
          when 'bit[]'::regtype then 'bit varying[]'
          when 'character'::regtype then 'character varying'
          when 'character[]'::regtype then 'character varying[]'
          else a.type::regtype::text
        end,
        'required', a.place <= p.pronargs - p.pronargdefaults,
        'variadic', coalesce(a.mode = 'v', false)
      )
      order by a.place
    ) as listed,
    count(*) - count(a.name) as unnamed,
    (array_agg(a.type order by a.place))[1] as first_type
  from pg_proc as p
  cross join unnest(p.proargnames, p.proargtypes::oid[], p.proargmodes)
    with ordinality as a (name, type, mode, place)
  where a.type is not null
    and p.pronamespace in (select oid from pg_namespace where nspname = any($1::text[]))
  group by p.oid
)

select coalesce(json_agg(
  json_build_object(
    'schema', n.nspname,
    'name', p.proname,
    'description', obj_description(p.oid, 'pg_proc'),
    'parameters', coalesce(a.listed, '[]'),
    'returns', json_build_array(tn.nspname, coalesce(c.relname, t.typname)),
    'isSet', p.proretset,
    'isComposite', t.typtype = 'c'
      or coalesce(p.proargmodes::text[] && '{t,b,o}', false),
    'volatility', p.provolatile,
    'isVariadic', p.provariadic > 0,
    'isolation', (
      select split_part(s.setting, '=', 2)
      from unnest(p.proconfig) as s (setting)
      where s.setting like 'default\_transaction\_isolation=%'
    ),
    'settings', coalesce((
      select json_agg(json_build_array(
        split_part(s.setting, '=', 1),
        substr(s.setting, strpos(s.setting, '=') + 1)
      ))
      from unnest(p.proconfig) as s (setting)
      where s.setting ~ any($2::text[])
    ), '[]')
  )
  order by p.oid
), '[]')
from pg_proc as p
join pg_namespace as n on n.oid = p.pronamespace
join domains as d on d.oid = p.prorettype and d.next = 0
join pg_type as t on t.oid = d.base
join pg_namespace as tn on tn.oid = t.typnamespace
left join pg_class as c on c.oid = t.typrelid
left join parameters as a on a.oid = p.oid
where p.prokind = 'f'
  and t.oid <> 'trigger'::regtype
  and n.nspname = any($1::text[])
  and (
    coalesce(a.unnamed, 0) = 0
    or (
      a.unnamed = 1
      and a.first_type in (
        'bytea'::regtype, 'json'::regtype, 'jsonb'::regtype, 'text'::regtype, 'xml'::regtype
      )
    )
  )
  and (not $3::boolean or has_function_privilege(p.oid, 'execute'))
