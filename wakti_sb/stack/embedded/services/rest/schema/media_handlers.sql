-- Functions and aggregates whose result is a domain named as a media type, as one JSON list.
-- $1: schema names.
with media as (
  select
    t.oid,
    t.typname,
    lower(t.typname) as name,
    case t.typname
      when '*/*' then 'application/octet-stream'
      else t.typname
    end as sent,
    t.typbasetype = 'jsonb'::regtype as is_jsonb
  from pg_type as t
  where t.typbasetype <> 0
    and (t.typname ~* '^[a-z0-9.-]+/[a-z0-9.+-]+$' or t.typname = '*/*')
),

-- What an aggregate can be over: the rows of a relation, or of any.
sources as (
  select reltype as oid
  from pg_class
  where relkind in ('v', 'r', 'm', 'f', 'p')
  union all
  select 'anyelement'::regtype
),

handlers as (
  select
    json_build_array(n.nspname, p.proname) as handler,
    json_build_array(an.nspname, a.typname) as target,
    m.name,
    m.sent,
    m.is_jsonb
  from media as m
  join pg_proc as p on p.prorettype = m.oid and p.prokind = 'a' and p.pronargs = 1
  join pg_namespace as n on n.oid = p.pronamespace
  join pg_type as a on a.oid = p.proargtypes[0]
  join pg_namespace as an on an.oid = a.typnamespace
  where n.nspname = any($1::text[])
    and a.oid in (select oid from sources)
  union all
  select
    json_build_array(tn.nspname, m.name),
    json_build_array(n.nspname, p.proname),
    m.name,
    m.sent,
    m.is_jsonb
  from media as m
  join pg_proc as p on p.prorettype = m.oid and p.prokind = 'f' and not p.proretset
  join pg_namespace as n on n.oid = p.pronamespace
  join pg_type as t on t.oid = m.oid
  join pg_namespace as tn on tn.oid = t.typnamespace
  where n.nspname = any($1::text[])
)

select coalesce(json_agg(handlers), '[]')
from handlers
