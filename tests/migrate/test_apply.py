"""Applying migrations to a real database."""

from __future__ import annotations

import dataclasses
import json

import pytest

from tests.migrate.database import history, rows, tables, value
from tests.migrate.files import Write
from wakti_sb.migrate import (
    Event,
    FileDone,
    FileStarted,
    ServerNotice,
    StatementDone,
    apply,
)


def test_pending_files_are_applied_once(empty_database: str, write: Write) -> None:
    first = write({"1_a.sql": "create table public.a (b int);"})
    both = write({"2_b.sql": "create table public.b (c int);"})

    assert apply(empty_database, first).versions == ("1",)
    assert apply(empty_database, both).versions == ("2",)
    assert apply(empty_database, both).versions == ()
    assert tables(empty_database) == ["a", "b"]


def test_the_history_holds_version_name_and_statements(empty_database: str, write: Write) -> None:
    apply(
        empty_database,
        write(
            {
                "1_a.sql": "\ufeff-- a\r\ncreate table public.a (b int);\r\n-- the end\r\n",
                "2_empty.sql": "",
            }
        ),
    )

    assert history(empty_database) == [
        ("1", "a", ["-- a\r\ncreate table public.a (b int)", "-- the end"]),
        ("2", "empty", []),
    ]


def test_the_history_table_is_the_official_clis(empty_database: str, write: Write) -> None:
    apply(empty_database, write({"1_a.sql": ""}))

    assert rows(
        empty_database,
        """select column_name, data_type, is_nullable from information_schema.columns
        where table_schema = 'supabase_migrations' order by ordinal_position""",
    ) == [
        ("version", "text", "NO"),
        ("statements", "ARRAY", "YES"),
        ("name", "text", "YES"),
    ]


def test_nothing_is_made_when_nothing_is_pending(empty_database: str) -> None:
    apply(empty_database, ())

    assert rows(empty_database, "select from pg_namespace where nspname ~ 'migrations'") == []


def test_columns_of_other_tools_in_the_history_are_left_alone(
    empty_database: str, write: Write
) -> None:
    rows(empty_database, "create schema supabase_migrations")
    rows(
        empty_database,
        "create table supabase_migrations.schema_migrations (version text primary key,"
        " statements text[], name text, created_by text default 'x', idempotency_key text unique)",
    )

    apply(empty_database, write({"1_a.sql": "select 1;"}))

    found = "select version, created_by from supabase_migrations.schema_migrations"
    assert rows(empty_database, found) == [("1", "x")]


def test_a_history_of_an_old_cli_gets_the_columns_it_lacks(
    empty_database: str, write: Write
) -> None:
    rows(empty_database, "create schema supabase_migrations")
    rows(
        empty_database,
        "create table supabase_migrations.schema_migrations (version text primary key)",
    )
    rows(empty_database, "insert into supabase_migrations.schema_migrations values ('1')")

    result = apply(empty_database, write({"1_a.sql": "select 1;", "2_b.sql": "select 2;"}))

    assert result.versions == ("2",)
    assert ("2", "b", ["select 2"]) in history(empty_database)


def test_settings_and_roles_of_a_file_end_with_it(empty_database: str, write: Write) -> None:
    migrations = write(
        {
            "1_a.sql": "set search_path = ''; set role authenticated; set lock_timeout = 1;",
            "2_b.sql": "create table a as select current_user as role,"
            " current_setting('lock_timeout') as patience;",
        }
    )

    apply(empty_database, migrations)

    assert rows(empty_database, "select role, patience from public.a") == [("postgres", "4s")]


@pytest.mark.parametrize("dry_run", [True, False])
def test_what_a_file_makes_for_its_session_ends_with_it(
    dry_run: bool, empty_database: str, write: Write
) -> None:
    first = (
        "create table public.n (id serial); listen foo; select nextval('public.n_id_seq');"
        "declare c cursor with hold for select 1; prepare q as select 1; execute q;"
        "create temp table tt (id int); create temp view tv as select 1;"
    )
    second = (
        "declare c cursor with hold for select 1; prepare q as select 2;"
        "create temp table tt (id int); create temp view tv as select 2;"
        "do $$ begin perform lastval(); raise 'known';"
        " exception when sqlstate '55000' then end $$;"
    )

    migrations = write({"1_a.sql": first, "2_b.sql": second})

    assert apply(empty_database, migrations, dry_run=dry_run).versions == ("1", "2")


def test_a_long_migration_is_not_cut_off_by_the_roles_statement_timeout(
    empty_database: str, write: Write
) -> None:
    database = empty_database.rpartition("/")[2]
    rows(empty_database, f"alter role postgres in database {database} set statement_timeout = 50")
    text = "select pg_sleep(0.2);"

    assert apply(empty_database, write({"1_a.sql": text})).versions == ("1",)


def test_a_percent_sign_is_only_a_percent_sign(empty_database: str, write: Write) -> None:
    apply(empty_database, write({"1_a.sql": "create table public.a as select '%s %(b)s' as b;"}))

    assert value(empty_database, "select b from public.a") == "%s %(b)s"


def test_what_happens_is_told_while_it_happens(empty_database: str, write: Write) -> None:
    events: list[Event] = []
    text = "-- x\ncreate table public.a (b int);\ninsert into public.a values (1), (2);"

    result = apply(empty_database, write({"1_a.sql": text}), on_event=events.append)

    assert [type(event) for event in events] == [
        FileStarted,
        StatementDone,
        StatementDone,
        FileDone,
    ]
    (report,) = result.files
    assert [(item.line, item.sql, item.rows) for item in report.statements] == [
        (2, "create table public.a (b int)", None),
        (3, "insert into public.a values (1), (2)", 2),
    ]
    assert events[-1] == FileDone(report)


def test_what_the_server_says_beside_is_passed_on(empty_database: str, write: Write) -> None:
    events: list[Event] = []
    text = "do $$ begin raise warning 'look'; end $$;"

    apply(empty_database, write({"1_a.sql": text}), on_event=events.append)

    assert ServerNotice("1", "WARNING", "look") in events


def test_a_result_can_be_written_as_json(empty_database: str, write: Write) -> None:
    result = apply(empty_database, write({"1_a.sql": "select 1;"}))

    read_back = json.loads(json.dumps(dataclasses.asdict(result)))
    assert read_back["files"][0]["statements"][0]["sql"] == "select 1"
    assert "postgres:postgres" not in json.dumps(read_back)
