"""What opens something although nobody can try it now: privileges of tables to come, Realtime."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import Connection

from ..catalog import Catalog
from ..model import API_ROLES
from .access import Severity

_DEFAULTS = """
select coalesce(n.nspname, ''), pg_get_userbyid(d.defaclrole), d.defaclobjtype, r.rolname,
  string_agg(lower(x.privilege_type), ', ' order by x.privilege_type)
from pg_catalog.pg_default_acl as d
left join pg_catalog.pg_namespace as n on d.defaclnamespace = n.oid
cross join lateral aclexplode(d.defaclacl) as x
inner join pg_catalog.pg_roles as r on x.grantee = r.oid
where r.rolname = any (%s) and (n.nspname = any (%s) or n.nspname is null)
  and d.defaclobjtype in ('r', 'f')
group by 1, 2, 3, 4
"""
_POLICIES = """
select p.schemaname || '.' || p.tablename, p.policyname,
  concat_ws(' ', p.permissive, p.cmd, array_to_string(p.roles, ','), p.qual, '/', p.with_check)
from pg_catalog.pg_policies as p where p.schemaname = 'realtime'
"""


def settings(connection: Connection[Any], catalog: Catalog) -> dict[str, Severity]:
    """Sentences that are true of this state, and how much it matters if that changes."""
    return dict(_sentences(connection, catalog))


def _sentences(connection: Connection[Any], catalog: Catalog) -> Iterator[tuple[str, Severity]]:
    kinds = {"r": "tables", "f": "functions"}
    rows = connection.execute(_DEFAULTS, (list(API_ROLES), list(catalog.schemas)))
    for schema, maker, kind, role, privileges in rows:
        where = f" in {schema}" if schema else ""
        yield (
            f"{role} has {privileges} on {kinds[kind]} that {maker} makes from now on{where}",
            Severity.HIGH if role == "anon" else Severity.MEDIUM,
        )
    for table, policy, words in connection.execute(_POLICIES):
        yield f'{table}: the policy "{policy}" says {words}', Severity.MEDIUM
    for table in catalog.exposed:
        if table.published:
            yield f"changes of {table.relation} are sent through Realtime", Severity.LOW
    for name, bucket in catalog.buckets.items():
        if bucket.public:
            yield f"everybody can download the files of bucket {name} by URL", Severity.HIGH
