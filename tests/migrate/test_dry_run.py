"""A dry run really runs, and leaves nothing."""

from __future__ import annotations

import psycopg
import pytest

from tests.migrate.database import rows, tables, value
from tests.migrate.files import Write
from wakti_sb.migrate import (
    ConnectionFailed,
    Event,
    FileDone,
    Lock,
    Retrying,
    StatementFailed,
    StatementReport,
    Timeouts,
    apply,
)

BEFORE = "create table public.a (b int primary key, c int)"


def _statements(url: str, write: Write, text: str) -> tuple[StatementReport, ...]:
    result = apply(url, write({"1_a.sql": text}), dry_run=True)
    assert result.dry_run
    (report,) = result.files
    return report.statements


def test_a_dry_run_leaves_nothing(empty_database: str, write: Write) -> None:
    migrations = write(
        {
            "1_a.sql": "create table public.a (b int); insert into public.a values (1), (2);",
            "2_b.sql": "alter table public.a add d int; update public.a set d = 1;",
        }
    )
    events: list[Event] = []

    result = apply(empty_database, migrations, dry_run=True, on_event=events.append)

    assert result.versions == ("1", "2")
    assert [item.rows for file in result.files for item in file.statements] == [None, 2, None, 2]
    assert sum(isinstance(event, FileDone) for event in events) == 2
    assert tables(empty_database) == []
    assert rows(empty_database, "select from pg_namespace where nspname ~ 'migrations'") == []
    assert apply(empty_database, migrations).versions == ("1", "2")


def test_each_statement_tells_the_locks_it_took_first(empty_database: str, write: Write) -> None:
    rows(empty_database, BEFORE)

    select, index, alter, again = _statements(
        empty_database,
        write,
        "select count(*) from public.a;"
        "create index a_c on public.a (c);"
        "alter table public.a add d int;"
        "alter table public.a add e int;",
    )

    assert Lock("public.a", "AccessShareLock", "") in select.locks
    assert index.locks == (Lock("public.a", "ShareLock", "writes"),)
    assert alter.locks == (Lock("public.a", "AccessExclusiveLock", "reads and writes"),)
    assert again.locks == ()


def test_a_dropped_table_is_named_among_the_locks(empty_database: str, write: Write) -> None:
    rows(empty_database, BEFORE)

    (drop,) = _statements(empty_database, write, "drop table public.a;")

    assert Lock("public.a", "AccessExclusiveLock", "reads and writes") in drop.locks


def test_locks_on_what_nobody_else_can_see_do_not_count(empty_database: str, write: Write) -> None:
    create, alter = _statements(
        empty_database, write, "create table public.n (b int); alter table public.n add c int;"
    )

    assert create.locks == alter.locks == ()


def test_an_error_is_shown_as_in_a_real_run(empty_database: str, write: Write) -> None:
    migrations = write(
        {"1_a.sql": "create table public.a (b int);", "2_b.sql": "\nselect nothing;"}
    )

    with pytest.raises(StatementFailed) as caught:
        apply(empty_database, migrations, dry_run=True)

    assert (caught.value.line, caught.value.column) == (2, 8)
    assert "The dry run is rolled back: nothing of it was kept." in str(caught.value)
    assert tables(empty_database) == []


def test_what_would_fail_at_the_commit_fails(empty_database: str, write: Write) -> None:
    text = (
        "create table public.a (b int primary key);"
        "create table public.c (b int references public.a initially deferred);"
        "insert into public.c values (1);"
    )

    with pytest.raises(StatementFailed, match="when it was committed"):
        apply(empty_database, write({"1_a.sql": text}), dry_run=True)


def test_what_was_deferred_to_a_files_end_does_not_disturb_the_next(
    empty_database: str, write: Write
) -> None:
    migrations = write(
        {
            "1_a.sql": "create table public.a (b int primary key);"
            "create table public.c (b int references public.a deferrable initially deferred);"
            "insert into public.c values (1); insert into public.a values (1);",
            "2_b.sql": "alter table public.c add d int;"
            "insert into public.c values (2, 2); insert into public.a values (2);",
        }
    )

    assert apply(empty_database, migrations, dry_run=True).versions == ("1", "2")


def test_an_index_on_a_new_table_is_tried_without_concurrently(
    empty_database: str, write: Write
) -> None:
    create, index, drop = _statements(
        empty_database,
        write,
        "create table public.n (b int);"
        "create index concurrently n_b on public.n (b);"
        "drop index concurrently public.n_b;",
    )

    assert create.note is None
    assert index.sql == "create index concurrently n_b on public.n (b)"
    assert index.note == drop.note
    assert "tried without CONCURRENTLY" in str(index.note)


def test_what_would_block_others_or_refuses_a_transaction_is_not_tried(
    empty_database: str, write: Write
) -> None:
    rows(empty_database, BEFORE)

    reports = _statements(
        empty_database,
        write,
        "create index concurrently a_c on public.a (c); vacuum public.a; commit;",
    )

    assert ["not tried" in str(report.note) for report in reports] == [True, True, True]
    assert [report.locks for report in reports] == [(), (), ()]


def test_an_error_behind_something_not_tried_says_so(empty_database: str, write: Write) -> None:
    rows(empty_database, BEFORE)
    migrations = write(
        {
            "1_a.sql": "create index concurrently a_c on public.a (c);",
            "2_b.sql": "comment on index public.a_c is 'there';",
        }
    )

    with pytest.raises(StatementFailed, match=r"could not try line 1 of .*1_a\.sql"):
        apply(empty_database, migrations, dry_run=True)


def test_a_lock_that_is_not_to_be_had_is_tried_for_again(empty_database: str, write: Write) -> None:
    rows(empty_database, BEFORE)
    timeouts = Timeouts(lock=0.05, lock_attempts=2, backoff=0.01)

    with psycopg.connect(empty_database) as other:
        other.execute("select * from public.a")

        def let_go(event: Event) -> None:
            if isinstance(event, Retrying):
                other.rollback()

        result = apply(
            empty_database,
            write({"1_a.sql": "alter table public.a add d int;"}),
            dry_run=True,
            on_event=let_go,
            timeouts=timeouts,
        )

    assert [file.attempts for file in result.files] == [2]


def test_a_dry_run_whose_connection_dies_leaves_nothing(empty_database: str, write: Write) -> None:
    text = "create table public.a (b int); select pg_terminate_backend(pg_backend_pid());"

    with pytest.raises(ConnectionFailed, match="The dry run is rolled back"):
        apply(empty_database, write({"1_a.sql": text}), dry_run=True)

    assert tables(empty_database) == []


def test_settings_of_a_file_end_with_it(empty_database: str, write: Write) -> None:
    migrations = write(
        {
            "1_a.sql": "set search_path = ''; set role authenticated;",
            "2_b.sql": "create table a (b int);",
        }
    )

    assert apply(empty_database, migrations, dry_run=True).versions == ("1", "2")


SIZES = "create type public.size as enum ('s'); create table public.shirts (size public.size);"
USES_XL = "insert into public.shirts values ('xl');"


@pytest.mark.parametrize(
    "file",
    [
        f"alter type public.size add value 'xl';\ncommit;\nbegin;\n{USES_XL}\ncommit;",
        f"-- pg-delta: transaction=false\nalter type public.size add value 'xl';\n{USES_XL}",
    ],
)
def test_a_dry_run_cannot_tell_what_a_new_enum_value_does_behind_a_commit(
    file: str, empty_database: str, write: Write
) -> None:
    apply(empty_database, write({"1_a.sql": SIZES}))
    migrations = write({"2_b.sql": file, "3_c.sql": USES_XL})

    first, second = apply(empty_database, migrations, dry_run=True).files

    uses = [one for one in (*first.statements, *second.statements) if one.sql in USES_XL]
    assert ["not tried: the new enum value" in str(one.note) for one in uses] == [True, True]
    assert apply(empty_database, migrations).versions == ("2", "3")
    assert value(empty_database, "select count(*) from public.shirts") == 2


def test_a_new_enum_value_before_the_commit_is_refused_by_both(
    empty_database: str, write: Write
) -> None:
    apply(empty_database, write({"1_a.sql": SIZES}))
    migrations = write({"2_b.sql": f"alter type public.size add value 'xl'; {USES_XL}"})

    for dry_run in (True, False):
        with pytest.raises(StatementFailed, match="unsafe use of new value"):
            apply(empty_database, migrations, dry_run=dry_run)


def test_a_transaction_that_is_never_ended_is_refused_by_both_before_anything_runs(
    empty_database: str, write: Write
) -> None:
    migrations = write(
        {
            "1_a.sql": "create table public.a (b int);",
            "2_b.sql": "select 1;\nbegin;\ncommit;\nbegin;\nselect 2;",
        }
    )

    for dry_run in (True, False):
        with pytest.raises(StatementFailed, match="that the file never ends") as caught:
            apply(empty_database, migrations, dry_run=dry_run)
        assert caught.value.line == 4
    assert tables(empty_database) == []


def test_what_a_file_rolls_back_itself_is_not_there_in_a_dry_run_either(
    empty_database: str, write: Write
) -> None:
    text = (
        "begin; create table public.a (b int); rollback;"
        "begin; create table public.a (c int); commit;"
        "insert into public.a (c) values (1);"
    )
    migrations = write({"1_a.sql": text})

    assert apply(empty_database, migrations, dry_run=True).versions == ("1",)
    assert apply(empty_database, migrations).versions == ("1",)


def test_a_constraint_that_a_files_own_commit_would_check_is_checked(
    empty_database: str, write: Write
) -> None:
    text = (
        "create table public.a (b int primary key);"
        "create table public.c (b int references public.a initially deferred);"
        "begin;\ninsert into public.c values (1);\ncommit;\nselect 1;"
    )

    for dry_run in (True, False):
        with pytest.raises(StatementFailed, match="violates foreign key") as caught:
            apply(empty_database, write({"1_a.sql": text}), dry_run=dry_run)
        assert caught.value.line == 3
