"""Rows that triggers have written beside those of a run, where nothing leads to them."""

from __future__ import annotations

from importlib import resources
from typing import Any

from psycopg import Connection


def empty_tables(connection: Connection[Any]) -> frozenset[str]:
    """The project's own tables that hold nothing, by their quoted names."""
    query = resources.files(__package__).joinpath("project_tables.sql").read_text("utf-8")
    names = [name for (name,) in connection.execute(query)]
    return frozenset(name for name in names if not _holds_rows(connection, name))


def filled(connection: Connection[Any], empty_before: frozenset[str]) -> tuple[str, ...]:
    """Those of `empty_before` that hold rows now."""
    return tuple(sorted(empty_before - empty_tables(connection)))


def _holds_rows(connection: Connection[Any], name: str) -> bool:
    # format('%I') has quoted the name.
    query = f"select exists (select from {name})"  # noqa: S608  (the name is quoted)
    return connection.execute(query).fetchone() == (True,)
