"""The roles that a project makes: they are the server's, and are made anew with its database."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wakti_sb.stack.embedded.server import PLATFORM_DATABASE, TEMPLATE_DATABASE, Server

if TYPE_CHECKING:
    import psycopg

    from wakti_sb.migrate import Migration

# Whatever came after the platform's own: PostgreSQL's numbers grow.
_OWN = """
select r.oid, r.rolname
from pg_catalog.pg_roles as r, pg_catalog.pg_database as d
where d.datname = %s and r.oid > d.oid
order by r.oid desc
"""


def drop(server: Server) -> None:
    """Drop them all, once no database is left that knows them."""
    with _connected(server) as connection:
        _drop(connection, _own(connection))


@contextmanager
def set_aside(server: Server) -> Iterator[None]:
    """Have them out of the way while a database is made anew, and dropped when that is there.

    If it fails they are back, as long as no other database holds what was made meanwhile.
    """
    with _connected(server) as connection:
        before = _own(connection)
        for number, name in before.items():
            _rename(connection, name, _aside(number))
    try:
        yield
    except BaseException:
        import psycopg

        with contextlib.suppress(psycopg.Error), _connected(server) as connection:
            now = _own(connection)
            _drop(connection, {one: name for one, name in now.items() if one not in before})
            for number, name in before.items():
                _rename(connection, _aside(number), name)
        raise
    aside = {number: _aside(number) for number in before}
    for database in (TEMPLATE_DATABASE, "postgres"):
        with server.connect(database=database) as connection:
            _disown(connection, aside)
    with _connected(server) as connection:
        _drop(connection, aside)


def without_the_platforms(
    connection: psycopg.Connection[tuple[object, ...]], file: Migration
) -> tuple[Migration, dict[int, str]]:
    """A file of roles without those that the platform has made, and which these are, by line.

    A dump of a project's roles may make some of the platform's own.
    """
    from pglast import ast, parser

    known = {name for (name,) in connection.execute("select rolname from pg_roles").fetchall()}
    left: dict[int, str] = {}
    kept = []
    for statement in file.statements:
        [raw, *_] = parser.parse_sql(statement.sql) or [None]
        node: Any = raw.stmt if raw is not None else None
        made = str(node.role) if isinstance(node, ast.CreateRoleStmt) else None
        if made is not None and made in known:
            left[statement.line] = made
        elif not isinstance(node, ast.AlterRoleStmt) or _altered(node) not in left.values():
            kept.append(statement)
    return replace(file, statements=tuple(kept)), left


def _altered(node: Any) -> str | None:
    name: str | None = node.role.rolename  # None of `current_user`
    return name


def _connected(
    server: Server,
) -> contextlib.AbstractContextManager[psycopg.Connection[tuple[object, ...]]]:
    return server.connect(database="template1")


def _own(connection: psycopg.Connection[tuple[object, ...]]) -> dict[int, str]:
    """By number, the newest first: a role may have been granted to one that came later."""
    rows = connection.execute(_OWN, [PLATFORM_DATABASE]).fetchall()
    return {int(str(number)): str(name) for number, name in rows}


def _aside(number: int) -> str:
    return f"wakti_before_{number}"


def _rename(connection: psycopg.Connection[tuple[object, ...]], name: str, new: str) -> None:
    from psycopg import sql

    if name != new:  # else it was set aside by a command that was killed
        statement = sql.SQL("alter role {} rename to {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(new)))


def _disown(connection: psycopg.Connection[tuple[object, ...]], roles: dict[int, str]) -> None:
    """Take away what a migration has granted to every role that it found."""
    from psycopg import sql

    for name in roles.values():
        connection.execute(sql.SQL("drop owned by {}").format(sql.Identifier(name)))


def _drop(connection: psycopg.Connection[tuple[object, ...]], roles: dict[int, str]) -> None:
    import psycopg
    from psycopg import sql

    for name in roles.values():
        # One that a database of the person's own refers to stays.
        with contextlib.suppress(psycopg.errors.DependentObjectsStillExist):
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))
