"""The history of applied migrations: `supabase_migrations.schema_migrations`.

It is the official CLI's table, read and written as that does, so that either of the two can go
on where the other stopped. Columns that it does not know are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.rows import class_row

from wakti_sb.migrate.connection import Connection
from wakti_sb.migrate.preflight import Facts
from wakti_sb.migrate.queries import query
from wakti_sb.migrate.reader import Migration


@dataclass(frozen=True, slots=True)
class Applied:
    """A row of the history.

    Parameters:
        statements: what was run; None where whoever wrote the row did not say.
    """

    version: str
    name: str
    statements: list[str] | None


def load(connection: Connection, facts: Facts) -> tuple[Applied, ...]:
    """The history, oldest first; empty when there is no table yet."""
    if not facts.has_table:
        return ()
    with connection.cursor(row_factory=class_row(Applied)) as cursor:
        return tuple(cursor.execute(query("history_read")))


def history_query() -> str:
    """Reads the rows of the history, where there is one."""
    return query("history_read").decode()


def create(connection: Connection, facts: Facts) -> None:
    """Make what is missing of the table, and touch nothing that is there."""
    if not facts.has_schema:
        connection.execute(query("history_schema"))
    if not facts.has_table:
        connection.execute(query("history_table"))
    elif not facts.has_columns:
        connection.execute(query("history_columns"))


def record(connection: Connection, migration: Migration) -> None:
    """Write the row of a migration that has just been run."""
    connection.execute(query("history_insert"), _row(migration))


def mark_applied(connection: Connection, migration: Migration) -> bool:
    """Write or correct the row of a migration; whether that changed anything."""
    return connection.execute(query("history_repair"), _row(migration)).rowcount == 1


def mark_reverted(connection: Connection, version: str) -> bool:
    """Remove the row of a version; whether there was one."""
    return connection.execute(query("history_delete"), {"version": version}).rowcount == 1


def _row(migration: Migration) -> dict[str, object]:
    return {
        "version": migration.version,
        "name": migration.name,
        "statements": migration.sql,
    }
