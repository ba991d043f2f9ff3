"""Applying migrations to a real database."""

from __future__ import annotations

import dataclasses
import json

import pytest

from tests.migrate.database import history, rows, superuser, tables, value
from tests.migrate.files import Write
from wakti_sb.migrate import (
    ConnectionFailed,
    DatabaseUnsuitable,
    Event,
    FileDone,
    FileStarted,
    HistoryConflict,
    ServerNotice,
    StatementDone,
    StatementFailed,
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


def test_a_failing_file_leaves_nothing_and_names_what_came_before(
    empty_database: str, write: Write
) -> None:
    migrations = write(
        {
            "1_a.sql": "create table public.a (b int);",
            "2_b.sql": "create table public.b (c int);\n\nselect nothing,\n  a.c from public.a;\n",
            "3_c.sql": "create table public.c (d int);",
        }
    )

    with pytest.raises(StatementFailed) as caught:
        apply(empty_database, migrations)

    error = caught.value
    assert (error.line, error.column, error.sqlstate) == (3, 8, "42703")
    assert str(error).splitlines() == [
        f'{migrations[1].file}:3:8: column "nothing" does not exist (SQLSTATE 42703)',
        "    3 | select nothing,",
        "      |        ^",
        "  Nothing of this file was kept. Applied before it: 1.",
    ]
    assert tables(empty_database) == ["a"]
    assert [version for version, _, _ in history(empty_database)] == ["1"]


def test_a_first_file_that_fails_leaves_no_history_either(
    empty_database: str, write: Write
) -> None:
    with pytest.raises(StatementFailed):
        apply(empty_database, write({"1_a.sql": "select nothing;"}))

    assert rows(empty_database, "select from pg_namespace where nspname ~ 'migrations'") == []


def test_positions_count_characters_not_bytes(empty_database: str, write: Write) -> None:
    with pytest.raises(StatementFailed) as caught:
        apply(empty_database, write({"1_a.sql": "-- é漢𝄞\r\nselect 'é漢𝄞', nothing;\r\n"}))

    assert (caught.value.line, caught.value.column) == (2, 15)


def test_the_servers_detail_and_hint_are_shown(empty_database: str, write: Write) -> None:
    with pytest.raises(StatementFailed) as caught:
        apply(
            empty_database,
            write(
                {
                    "1_a.sql": "create table public.a (b int unique);\n"
                    "insert into public.a values (1), (1);\n",
                }
            ),
        )

    assert "detail: Key (b)=(1) already exists." in str(caught.value)
    assert caught.value.line == 2


def test_an_error_in_a_do_block_is_shown_at_its_line(empty_database: str, write: Write) -> None:
    text = "-- a\ndo $body$\nbegin\n  perform 1;\n  raise 'no' using hint = 'try yes';\nend $body$;"

    with pytest.raises(StatementFailed) as caught:
        apply(empty_database, write({"1_a.sql": text}))

    assert (caught.value.line, caught.value.column) == (5, 3)
    assert "try yes" in str(caught.value)


def test_an_error_in_a_do_block_that_a_function_made_is_shown_at_the_call(
    empty_database: str, write: Write
) -> None:
    body = "begin\n execute 'do $a$ begin\n\n\n raise ''no''; end $a$'; end"
    text = f"create function public.f() returns void language plpgsql as $f$ {body} $f$;"

    with pytest.raises(StatementFailed, match="inline_code_block line 4") as caught:
        apply(empty_database, write({"1_a.sql": f"{text}\nselect public.f();"}))

    assert (caught.value.line, caught.value.column) == (6, 1)


def test_an_error_in_the_body_of_a_function_is_shown_where_it_is(
    empty_database: str, write: Write
) -> None:
    text = "create function public.f() returns int language sql as $$\n  select nothing\n$$;"

    with pytest.raises(StatementFailed) as caught:
        apply(empty_database, write({"1_a.sql": text}))

    assert (caught.value.line, caught.value.column) == (2, 10)


def test_what_fails_at_the_commit_leaves_nothing(empty_database: str, write: Write) -> None:
    text = (
        "create table public.a (b int primary key);\n"
        "create table public.c (b int references public.a initially deferred);\n"
        "insert into public.c values (1);\n"
    )

    with pytest.raises(StatementFailed, match="when it was committed"):
        apply(empty_database, write({"1_a.sql": text}))

    assert tables(empty_database) == []


def test_a_file_of_its_own_transaction_is_recorded_in_it(empty_database: str, write: Write) -> None:
    migrations = write({"1_a.sql": "begin;\ncreate table public.a (b int);\ncommit;\n"})

    (report,) = apply(empty_database, migrations).files

    assert report.one_transaction
    assert history(empty_database) == [
        ("1", "a", ["begin", "create table public.a (b int)", "commit"])
    ]


def test_statements_that_refuse_a_transaction_run_outside_one(
    empty_database: str, write: Write
) -> None:
    migrations = write(
        {
            "1_a.sql": "create table public.a (b int);\n"
            "create index concurrently a_b on public.a (b);\n"
            "vacuum public.a;\n"
        }
    )

    (report,) = apply(empty_database, migrations).files

    assert not report.one_transaction
    assert value(empty_database, "select indisvalid from pg_index where indrelid = 'a'::regclass")
    assert [version for version, _, _ in history(empty_database)] == ["1"]


def test_what_stays_of_a_file_outside_a_transaction_is_said(
    empty_database: str, write: Write
) -> None:
    migrations = write(
        {
            "1_a.sql": "create table public.a (b int);\n"
            "insert into public.a values (1), (1);\n"
            "create unique index concurrently a_b on public.a (b);\n"
            "create table public.c (d int);\n"
        }
    )

    with pytest.raises(StatementFailed) as caught:
        apply(empty_database, migrations)

    assert caught.value.line == 3
    assert "The statements at line 1, 2 ran outside a transaction and stay" in str(caught.value)
    assert "may be left invalid" in str(caught.value)
    assert tables(empty_database) == ["a"]
    assert history(empty_database) == []


def test_transactions_of_a_files_own_are_run_as_they_are_written(
    empty_database: str, write: Write
) -> None:
    migrations = write(
        {
            "1_a.sql": "begin;\ncreate table public.a (b int);\ncommit;\n"
            "begin;\ncreate table public.b (b int);\nrollback;\n"
            "begin;\ncreate table public.c (b int);\nselect nothing;\ncommit;\n"
        }
    )

    with pytest.raises(StatementFailed) as caught:
        apply(empty_database, migrations)

    assert caught.value.line == 9
    assert tables(empty_database) == ["a"]
    assert history(empty_database) == []


def test_a_transaction_that_is_never_ended_is_undone_and_shown(
    empty_database: str, write: Write
) -> None:
    text = "select 1;\nbegin;\ncreate table public.a (b int);\n"

    with pytest.raises(StatementFailed, match="begins a transaction that the file never") as caught:
        apply(empty_database, write({"1_a.sql": text}))

    assert caught.value.line == 2
    assert tables(empty_database) == []
    assert history(empty_database) == []


def test_a_statement_that_refuses_a_transaction_unseen_gets_a_remedy(
    empty_database: str, write: Write
) -> None:
    text = "create procedure public.p() language plpgsql as $$ begin commit; end $$;"
    apply(empty_database, write({"1_a.sql": text}))

    with pytest.raises(StatementFailed, match="-- pg-delta: transaction=false"):
        apply(empty_database, write({"2_b.sql": "call public.p();"}))

    again = write({"2_b.sql": "-- pg-delta: transaction=false\ncall public.p();"})
    assert apply(empty_database, again).versions == ("2",)


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


def test_a_history_that_cannot_be_extended_is_one_clear_sentence(
    empty_database: str, write: Write
) -> None:
    for statement in (
        "create schema supabase_migrations",
        "create table supabase_migrations.schema_migrations (version text primary key)",
        "grant usage on schema supabase_migrations to postgres",
        "grant all on supabase_migrations.schema_migrations to postgres",
    ):
        rows(superuser(empty_database), statement)

    with pytest.raises(DatabaseUnsuitable, match="role postgres cannot write supabase_migr"):
        apply(empty_database, write({"1_a.sql": "select 1;"}))
