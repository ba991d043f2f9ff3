"""Where a backup comes from or goes to: an endpoint with its database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from psycopg.rows import dict_row

from wakti_sb.backup.queries import query
from wakti_sb.backup.scope import ForeignKey, Table, ordered
from wakti_sb.migrate.connection import Connection, Target
from wakti_sb.stack import Endpoint


@dataclass(frozen=True)
class Source:
    """A project that runs.

    Parameters:
        endpoint: its addresses and keys, the database's among them.
        role: whom a session of the database becomes.
    """

    endpoint: Endpoint
    role: str | None = None

    @property
    def target(self) -> Target:
        """Its database."""
        return Target.parse(self.endpoint.database, role=self.role)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A read-only transaction that sees one moment. Raise ConnectionFailed, MigrationError."""
        with self.target.session() as connection, connection.transaction():
            connection.execute("set transaction isolation level repeatable read, read only")
            connection.execute("set local statement_timeout = 0")
            yield connection


@dataclass(frozen=True)
class Contents:
    """What there is in a database.

    Parameters:
        tables: parents before children.
    """

    tables: tuple[Table, ...]
    keys: tuple[ForeignKey, ...] = field(default=())

    def table(self, name: str) -> Table | None:
        """A table by schema and name."""
        return next((one for one in self.tables if one.full_name == name), None)


def contents(connection: Connection) -> Contents:
    """The project's own tables and how they hang together."""
    with connection.cursor(row_factory=dict_row) as cursor:
        tables = [
            Table(row["schema"], row["name"], tuple(row["columns"]), row["has_triggers"])
            for row in cursor.execute(query("tables"))
        ]
        keys = tuple(
            ForeignKey(
                row["table"], row["parent"], tuple(row["columns"]), tuple(row["parent_columns"])
            )
            for row in cursor.execute(query("foreign_keys"))
        )
    return Contents(ordered(tables, keys), keys)
