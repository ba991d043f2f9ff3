"""Whether a database can be tried at all: one sentence, not a thousand."""

from __future__ import annotations

import ipaddress
from typing import Any

from psycopg import Connection
from psycopg import sql as q

from ...errors import ConformanceError
from ...spec import Spec
from ..catalog import Catalog
from ..model import API_ROLES, USERS

_MAY_BECOME = "select pg_has_role(current_user, %s, 'member')"


def must_be_able(connection: Connection[Any], catalog: Catalog) -> None:
    """Seeding and looking need a role that row level security does not stop."""
    own = catalog.roles.get(catalog.role)
    if own is None or not own.bypasses:
        raise ConformanceError(
            f"the role {catalog.role} is held back by row level security itself",
            remedy="connect as postgres: only a role that sees everything can tell what changed",
        )
    missing = [role for role in ("anon", "authenticated") if role not in catalog.roles]
    if missing:
        raise ConformanceError(
            f"the database has no role {' or '.join(missing)}: it is no Supabase database"
        )
    closed = [
        role
        for role in sorted({*API_ROLES, "service_role"} & set(catalog.roles))
        if connection.execute(_MAY_BECOME, (role,)).fetchone() == (False,)
    ]
    if closed:
        raise ConformanceError(
            f"the role {catalog.role} may not become {' or '.join(closed)}",
            remedy="connect as postgres, or grant it these roles",
        )


def no_hosted_data(connection: Connection[Any], spec: Spec, catalog: Catalog) -> None:
    """Raise ConformanceError for a hosted database with data: people are at work there."""
    if _is_local(connection):
        return
    tables = [USERS, *(e.table for e in spec.owned if e.table in catalog.tables)]
    for table in tables:
        query = q.SQL("select exists (select from {})").format(
            q.Identifier(table.schema, table.name)
        )
        row = connection.execute(query).fetchone()
        if row is not None and row[0]:
            raise ConformanceError(
                f"{table} of this hosted database holds data",
                remedy="test a branch or a copy; or say --allow-data: all is rolled back, but "
                "locks are taken and triggers run",
            )


def _is_local(connection: Connection[Any]) -> bool:
    host = connection.info.host
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(connection.info.hostaddr or host).is_loopback
    except ValueError:
        return False
