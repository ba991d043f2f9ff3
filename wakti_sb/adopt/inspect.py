"""Look at a live project's rows, and change nothing."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql

from wakti_sb.adopt.problem import TABLES, Inspection, Problem
from wakti_sb.adopt.queries import query
from wakti_sb.errors import MigrationError
from wakti_sb.migrate.connection import Connection, Target

_FOR_EVERY_TABLE = ("foreign_owner",)
_FOR_ONE_TABLE = {
    "project_site_users": ("project_site_users",),
    "project_uploads": ("project_uploads",),
    "project_collections": ("missing_collection", "unserved_collection"),
    "project_collection_schemas": ("missing_collection", "unserved_collection"),
}


def inspect(db_url: str) -> Inspection:
    """Every row that our tables or our API would refuse, one by one.

    All of it is read in one read-only transaction, so it is one moment of a busy database.

    Raise UsageError for a URL that cannot be used, ConnectionFailed if the database cannot be
    reached, MigrationError if it refuses or is no WAKTI project.
    """
    target = Target.parse(db_url)
    with target.session() as connection, connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        return look(connection, target.address)


def look(connection: Connection, address: str) -> Inspection:
    """The same within a transaction that is there already."""
    # A role that policies bind would see some rows and call the rest sound: refuse instead.
    connection.execute("set local row_security = off")
    # Nobody else's functions or tables stand in for those that the queries mean.
    connection.execute("set local search_path = pg_catalog")
    row = connection.execute(query("present"), {"tables": list(TABLES)}).fetchone()
    assert row is not None  # noqa: S101  (a select without a condition)
    tables, has_projects, is_filled = row
    if tables and not has_projects:
        raise MigrationError(
            "the backend's tables are there, and public.projects is not",
            place=address,
            remedy="Rows belong to whom their project belongs, so adopting needs that table.",
        )
    found = {
        problem
        for table in tables
        for name in _finders(table, filled=is_filled)
        for problem in _find(connection, name, table)
    }
    order = sorted(found, key=lambda p: (tables.index(p.table), p.id, p.kind, p.what))
    return Inspection(address, tuple(tables), tuple(order))


def _finders(table: str, *, filled: bool) -> Iterator[str]:
    yield from _FOR_EVERY_TABLE
    yield from _FOR_ONE_TABLE.get(table, ())
    if not filled:
        yield f"filled_{table}"


def _find(connection: Connection, name: str, table: str) -> Iterator[Problem]:
    statement = sql.SQL(query(name).decode()).format(
        table=sql.Identifier(table), owner=sql.Identifier(TABLES[table])
    )
    for row_id, kind, what, keep, quarantine in connection.execute(statement, {"table": table}):
        yield Problem(table, str(row_id), kind, what, keep, quarantine)
