"""Databases that migrations cannot be applied to are refused before anything is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql

from tests.migrate.database import role, rows, tables
from tests.migrate.files import Write
from wakti_sb.migrate import DatabaseUnsuitable, apply, status
from wakti_sb.migrate.preflight import Facts, judge, judge_version

GOOD = Facts(
    standby=False,
    read_only=False,
    role="postgres",
    missing=[],
    creates_schemas=True,
    has_schema=False,
    uses_schema=False,
    creates_table=False,
    has_table=False,
    reads_history=False,
    writes_history=False,
    has_columns=False,
)


@pytest.fixture
def plain_database(empty_database: str) -> Iterator[str]:
    """A database of PostgreSQL's own, on a server that has the platform's roles."""
    server, _, name = empty_database.rpartition("/")
    plain = sql.Identifier(f"{name}_plain")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {} template template0").format(plain))
        yield f"{server}/{name}_plain"
        connection.execute(sql.SQL("drop database {} with (force)").format(plain))


def test_a_fresh_supabase_database_is_good() -> None:
    judge(GOOD, "db", writing=True)
    judge_version(150000, "db")


def test_a_server_older_than_15_is_refused() -> None:
    with pytest.raises(DatabaseUnsuitable, match="PostgreSQL 14, too old"):
        judge_version(140011, "db")


def test_what_a_database_lacks_of_supabase_is_listed(plain_database: str, write: Write) -> None:
    with pytest.raises(DatabaseUnsuitable) as caught:
        apply(plain_database, write({"1_a.sql": "create table public.a (b int);"}))

    assert caught.value.missing == ("schema auth", "schema storage", "schema extensions")
    assert "not a Supabase database: no schema auth, schema storage and schema extensions" in str(
        caught.value
    )
    assert tables(plain_database) == []


def test_a_schema_without_its_tables_is_not_enough(plain_database: str, write: Write) -> None:
    rows(plain_database, "create schema auth")
    rows(plain_database, "create schema storage; create table storage.buckets (id text)")

    with pytest.raises(DatabaseUnsuitable) as caught:
        status(plain_database, write({}))

    assert caught.value.missing == (
        "schema extensions",
        "table auth.users",
        "table storage.objects",
    )


def test_a_read_replica_is_refused_for_writing_only() -> None:
    replica = replace(GOOD, standby=True, read_only=True)

    judge(replica, "db", writing=False)
    with pytest.raises(DatabaseUnsuitable, match="read replica"):
        judge(replica, "db", writing=True)


def test_a_read_only_role_is_named(empty_database: str, write: Write) -> None:
    setting = "alter role {} set default_transaction_read_only = on"
    with role(empty_database, setting) as url:
        with pytest.raises(DatabaseUnsuitable, match=r"role test_\w+ is read-only"):
            apply(url, write({"1_a.sql": "select 1;"}))
        assert status(url, write({})).pending[0].version == "1"


def test_a_role_that_cannot_make_the_history_is_named(empty_database: str, write: Write) -> None:
    with (
        role(empty_database) as url,
        pytest.raises(DatabaseUnsuitable, match=r"role test_\w+ cannot create supabase_migr"),
    ):
        apply(url, write({"1_a.sql": "select 1;"}))


def test_a_role_that_cannot_use_the_history_is_named(empty_database: str, write: Write) -> None:
    migrations = write({"1_a.sql": "select 1;"})
    apply(empty_database, migrations)

    with role(empty_database) as url:
        with pytest.raises(DatabaseUnsuitable, match=r"role test_\w+ cannot read supabase_migr"):
            status(url, migrations)
        name = url.split("//")[1].split(":")[0]
        rows(empty_database, f"grant usage on schema supabase_migrations to {name}")
        rows(empty_database, f"grant select on all tables in schema supabase_migrations to {name}")
        assert status(url, migrations).pending == ()
        with pytest.raises(DatabaseUnsuitable, match=r"role test_\w+ cannot write supabase_migr"):
            apply(url, migrations)
