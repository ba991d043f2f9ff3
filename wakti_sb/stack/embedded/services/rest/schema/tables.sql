-- Relations of the exposed schemas with their columns, as one JSON list.
-- $1: schema names.
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

base_types as (
  select
    domains.oid,
    domains.base,
    pg_type.typnamespace = 'pg_catalog'::regnamespace as is_builtin
  from domains
  join pg_type on pg_type.oid = domains.base
  where domains.next = 0
),

relations as (
  select
    c.oid,
    c.relname,
    c.relkind,
    n.nspname,
    case
      when c.relkind in ('r', 'p') then 28
      when c.relkind in ('v', 'f') then pg_relation_is_updatable(c.oid, true)
      else 0
    end as events
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  where c.relkind in ('r', 'v', 'm', 'f', 'p')
    and not c.relispartition
    and n.nspname = any($1::text[])
),

described_columns as (
  select
    a.attrelid as relation,
    json_agg(
      json_build_object(
        'name', a.attname,
        'description', col_description(a.attrelid, a.attnum),
        'nullable', not (a.attnotnull or (t.typtype = 'd' and t.typnotnull)),
        'type', case
          when t.typtype = 'd' and b.is_builtin then format_type(b.base, null)
          when t.typtype <> 'd' and t.typnamespace = 'pg_catalog'::regnamespace
            then format_type(a.atttypid, null)
          else format_type(a.atttypid, a.atttypmod)
        end,
        'nominalType', format_type(a.atttypid, a.atttypmod),
        'maxLength', information_schema._pg_char_max_length(
          information_schema._pg_truetypid(a.*, t.*),
          information_schema._pg_truetypmod(a.*, t.*)
        ),
        'default', case
          when t.typbasetype <> 0 and d.adbin is null then pg_get_expr(t.typdefaultbin, 0)
          when a.attidentity = 'd' then (
            select format('nextval(%L)', s.objid::regclass)
            from pg_depend as s
            where s.refobjid = a.attrelid and s.refobjsubid = a.attnum and s.deptype = 'i'
            limit 1
          )
          when a.attgenerated = 's' then null
          else pg_get_expr(d.adbin, d.adrelid)
        end,
        'values', (
          select json_agg(e.enumlabel order by e.enumsortorder)
          from pg_enum as e
          where e.enumtypid = b.base
        )
      )
      order by a.attnum
    ) as listed
  from relations as r
  join pg_attribute as a on a.attrelid = r.oid
  join pg_type as t on t.oid = a.atttypid
  left join base_types as b on b.oid = t.oid
  left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attnum > 0
    and not a.attisdropped
  group by a.attrelid
)

select coalesce(json_agg(
  json_build_object(
    'schema', r.nspname,
    'name', r.relname,
    'description', obj_description(r.oid, 'pg_class'),
    'isView', r.relkind in ('v', 'm'),
    'insertable', r.events & 8 = 8,
    'updatable', r.events & 4 = 4,
    'deletable', r.events & 16 = 16,
    'columns', coalesce(c.listed, '[]')
  )
  order by r.nspname, r.relname
), '[]')
from relations as r
left join described_columns as c on c.relation = r.oid
