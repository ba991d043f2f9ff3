"""Look into the database of a test, as whoever may see it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement and give its rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def value(url: str, statement: str) -> Any:
    """The first column of the only row."""
    ((first, *_),) = rows(url, statement)
    return first


def history(url: str) -> list[tuple[str, str, list[str]]]:
    """The rows of the history, oldest first; none where there is no history."""
    if value(url, "select to_regclass('supabase_migrations.schema_migrations')") is None:
        return []
    return rows(
        url,
        "select version, name, statements from supabase_migrations.schema_migrations order by 1",
    )


def tables(url: str) -> list[str]:
    """The tables in public."""
    found = rows(url, "select tablename from pg_tables where schemaname = 'public' order by 1")
    return [name for (name,) in found]


def superuser(url: str) -> str:
    """The same database as the platform's administrator."""
    return url.replace("//postgres:postgres@", "//supabase_admin:postgres@")


@contextmanager
def role(url: str, *settings: str) -> Iterator[str]:
    """The same database as a role that may log in and nothing else."""
    name, password = f"test_{secrets.token_hex(4)}", secrets.token_hex(8)
    identifier = sql.Identifier(name)
    with psycopg.connect(superuser(url), autocommit=True) as connection:
        connection.execute(
            sql.SQL("create role {} login password {}").format(identifier, sql.Literal(password))
        )
        for setting in settings:
            connection.execute(sql.SQL(setting).format(identifier))
        try:
            yield url.replace("//postgres:postgres@", f"//{name}:{password}@")
        finally:
            connection.execute(sql.SQL("drop owned by {} cascade").format(identifier))
            connection.execute(sql.SQL("drop role {}").format(identifier))
