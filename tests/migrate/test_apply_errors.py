"""What a file that fails says, and that it leaves nothing."""

from __future__ import annotations

import pytest

from tests.migrate.database import history, rows, superuser, tables
from tests.migrate.files import Write
from wakti_sb.migrate import (
    DatabaseUnsuitable,
    StatementFailed,
    apply,
)


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
