"""One migrated database with two owners in it; every test's changes are rolled back."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from wakti_sb.migrate import apply, read
from wakti_sb.stack import EmbeddedStack

from .callers import Database
from .world import World

MIGRATIONS = Path(__file__).parents[2] / "supabase" / "migrations"
PLATFORM = "wakti_platform"  # the stack's database with nothing but the platform in it


@pytest.fixture(scope="session")
def server(stack: EmbeddedStack) -> str:
    """URL of the stack's server, as postgres, without a database."""
    return stack.endpoint().database.rpartition("/")[0]


@pytest.fixture(scope="session")
def settled(server: str) -> Iterator[World]:
    """Two owners with a project each and a row in every table of a migrated database."""
    with database_of(server, PLATFORM) as url:
        apply(url, read(MIGRATIONS))
        with psycopg.connect(url) as connection:
            yield World.create(Database(connection))


@pytest.fixture
def world(settled: World) -> Iterator[World]:
    """The same for each test, whatever another test did to it."""
    with settled.database.undone():
        yield settled


@pytest.fixture
def database(world: World) -> Database:
    """The migrated database."""
    return world.database


@contextmanager
def database_of(server: str, template: str) -> Iterator[str]:
    """A clone of a database, dropped at the end."""
    name = f"test_{secrets.token_hex(6)}"
    admin = server.replace("//postgres:", "//supabase_admin:")  # may end others' connections
    with psycopg.connect(f"{admin}/template1", autocommit=True) as connection:
        statement = sql.SQL("create database {} template {} owner postgres")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield f"{server}/{name}"
        finally:
            drop = sql.SQL("drop database {} with (force)")
            connection.execute(drop.format(sql.Identifier(name)))
