"""Which rows of which tables belong to a backup, and in which order they come. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql

from wakti_sb.backup.errors import BackupError

PROJECTS = "public.projects"
USERS = "auth.users"


@dataclass(frozen=True)
class Table:
    """A table with the columns that are stored.

    Parameters:
        has_triggers: whether triggers of the project's own would change what is put in.
    """

    schema: str
    name: str
    columns: tuple[str, ...]
    has_triggers: bool

    @property
    def full_name(self) -> str:
        """Schema and name."""
        return f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> sql.Identifier:
        """The same, quoted."""
        return sql.Identifier(self.schema, self.name)


@dataclass(frozen=True)
class ForeignKey:
    """Columns of a table that point at columns of its parent."""

    table: str
    parent: str
    columns: tuple[str, ...]
    parent_columns: tuple[str, ...]


def ordered(tables: Sequence[Table], keys: Sequence[ForeignKey]) -> tuple[Table, ...]:
    """Parents before children. Raise BackupError for tables that point at each other in a ring."""
    left = {table.full_name: table for table in tables}
    parents = {
        name: {
            key.parent
            for key in keys
            if key.table == name and key.parent != name and key.parent in left
        }
        for name in left
    }
    found: list[Table] = []
    while left:
        free = sorted(name for name in left if not parents[name] & left.keys())
        if not free:
            raise BackupError(
                f"these tables point at each other in a ring: {', '.join(sorted(left))}.",
                remedy="Take a backup with pg_dump instead.",
            )
        # The accounts first: whatever their triggers make is replaced by what was saved.
        free.sort(key=lambda name: not name.startswith("auth."))
        found += [left.pop(name) for name in free]
    return tuple(found)


def conditions(
    tables: Sequence[Table], keys: Sequence[ForeignKey], project: str
) -> Mapping[str, sql.Composable]:
    """For each table that has rows of one project: the condition that selects them.

    A row belongs to the project if a foreign key leads it there. The project's owner comes along.

    Parameters:
        tables: parents before children.
    """
    columns = {table.full_name: table.columns for table in tables}
    if PROJECTS not in columns:
        raise BackupError("there is no table of projects here.", place=PROJECTS)
    found: dict[str, sql.Composable] = {
        PROJECTS: sql.SQL("id = {}").format(sql.Literal(project)),
        USERS: sql.SQL("id in (select user_id from public.projects where id = {})").format(
            sql.Literal(project)
        ),
    }
    for table in tables:
        name = table.full_name
        ways = [key for key in keys if key.table == name and key.parent in found]
        if name in found or not ways or name.startswith("auth.") != _of_accounts(ways):
            continue
        # Straight to the project where there is such a way: that one is never null.
        way = min(ways, key=lambda key: (key.parent != PROJECTS, key.parent == USERS))
        if way.parent == USERS and not name.startswith("auth."):
            continue  # the owner's rows of other parts of the product
        found[name] = _leads(way, found[way.parent])
    return found


def _of_accounts(ways: Sequence[ForeignKey]) -> bool:
    return all(key.parent.startswith("auth.") for key in ways)


def _leads(key: ForeignKey, condition: sql.Composable) -> sql.Composable:
    return sql.SQL("({}) in (select {} from {} where {})").format(
        sql.SQL(", ").join(map(sql.Identifier, key.columns)),
        sql.SQL(", ").join(map(sql.Identifier, key.parent_columns)),
        sql.Identifier(*key.parent.split(".", 1)),
        condition,
    )
