-- Give a copy of a database the rights of the one it was made from, which `create database` leaves
-- out. Variables: original and copy, names of databases. Run by psql, as a superuser.
select format('revoke all on database %I from public', :'copy')
from pg_catalog.pg_database as d
where d.datname = :'original' and d.datacl is not null
union all
select
  format(
    'grant %s on database %I to %s',
    granted.privilege_type,
    :'copy',
    string_agg(
      case when granted.grantee = 0 then 'public' else granted.grantee::regrole::text end, ', '
    )
  )
from pg_catalog.pg_database as d, pg_catalog.aclexplode(d.datacl) as granted
where d.datname = :'original'
group by granted.privilege_type
\gexec
