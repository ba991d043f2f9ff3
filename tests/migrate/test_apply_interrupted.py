"""Connections that die, other tools and listeners that interfere."""

from __future__ import annotations

import pytest

from tests.migrate.database import history, rows, tables
from tests.migrate.files import Write
from wakti_sb.migrate import (
    ConnectionFailed,
    Event,
    HistoryConflict,
    StatementDone,
    apply,
)


def test_a_connection_that_dies_in_the_middle_leaves_nothing_of_the_file(
    empty_database: str, write: Write
) -> None:
    migrations = write(
        {
            "1_a.sql": "create table public.a (b int);",
            "2_b.sql": "create table public.b (c int);\n"
            "select pg_terminate_backend(pg_backend_pid());",
        }
    )

    with pytest.raises(ConnectionFailed) as caught:
        apply(empty_database, migrations)

    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{migrations[1].file}:2: the connection to postgres@")
    assert second.strip() == (
        "Nothing of this file was kept. Applied before it: 1. Run it again when the server is back."
    )
    assert tables(empty_database) == ["a"]
    assert apply(empty_database, write({"2_b.sql": "select 1;"})).versions == ("2",)


def test_a_connection_that_dies_outside_a_transaction_says_what_is_not_known(
    empty_database: str, write: Write
) -> None:
    text = "-- pg-delta: transaction=false\nselect pg_terminate_backend(pg_backend_pid());"

    with pytest.raises(ConnectionFailed, match="look whether it took effect"):
        apply(empty_database, write({"1_a.sql": text}))

    assert history(empty_database) == []


def test_a_connection_that_dies_at_the_commit_is_asked_about_again(
    empty_database: str, write: Write
) -> None:
    text = (
        "create table public.a (b int);\n"
        "create function public.die() returns trigger language plpgsql as\n"
        "$$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;\n"
        "create constraint trigger die after insert on public.a initially deferred\n"
        "for each row execute function public.die();\n"
        "insert into public.a values (1);\n"
    )

    with pytest.raises(ConnectionFailed, match=r"Nothing of this file was kept\."):
        apply(empty_database, write({"1_a.sql": text}))

    assert tables(empty_database) == []


def test_another_tool_that_applies_the_same_version_meanwhile_is_named(
    empty_database: str, write: Write
) -> None:
    apply(empty_database, write({"1_a.sql": "select 1;"}))
    migrations = write({"2_b.sql": "create table public.b (c int);"})

    def other_tool(event: Event) -> None:
        if isinstance(event, StatementDone):
            rows(
                empty_database,
                "insert into supabase_migrations.schema_migrations values ('2', '{}', 'b')",
            )

    with pytest.raises(HistoryConflict, match="somebody else applied version 2"):
        apply(empty_database, migrations, on_event=other_tool)

    assert tables(empty_database) == []


def test_a_listener_that_fails_leaves_nothing_of_the_file(
    empty_database: str, write: Write
) -> None:
    def broken(event: Event) -> None:
        if isinstance(event, StatementDone):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply(empty_database, write({"1_a.sql": "create table public.a (b int);"}), on_event=broken)

    assert tables(empty_database) == []
    assert history(empty_database) == []
