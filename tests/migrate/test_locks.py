"""Two runners at once, and tables that others are using."""

from __future__ import annotations

import threading

import psycopg
import pytest

from tests.migrate.database import history, rows, tables
from tests.migrate.files import Write
from wakti_sb.migrate import (
    AnotherRunner,
    Event,
    FileStarted,
    Result,
    Retrying,
    StatementDone,
    StatementFailed,
    Timeouts,
    WaitingForRunner,
    apply,
)

HASTY = Timeouts(lock=0.05, lock_attempts=3, backoff=0.01, runner=0.3)


def test_a_second_runner_waits_and_finds_nothing_left_to_do(
    empty_database: str, write: Write
) -> None:
    migrations = write({"1_a.sql": "create table public.a (b int);"})
    waiting = threading.Event()
    second: list[Result] = []
    seen: list[Event] = []

    def listen(event: Event) -> None:
        seen.append(event)
        waiting.set()

    def run_second() -> None:
        second.append(apply(empty_database, migrations, on_event=listen))

    thread = threading.Thread(target=run_second)

    def start_second(event: Event) -> None:
        if isinstance(event, FileStarted):
            thread.start()
            assert waiting.wait(timeout=30)

    first = apply(empty_database, migrations, on_event=start_second)
    thread.join(timeout=30)

    assert first.versions == ("1",)
    assert second[0].versions == ()
    (event,) = seen
    assert isinstance(event, WaitingForRunner)
    assert event.application == "wakti-sb migrate"


def test_a_second_runner_is_kept_out_between_the_files_too(
    empty_database: str, write: Write
) -> None:
    held: list[object] = []

    def look(event: Event) -> None:
        if isinstance(event, StatementDone):
            asked = "select count(*) from pg_locks where locktype = 'advisory' and granted"
            held.append(rows(empty_database, asked))

    apply(empty_database, write({"1_a.sql": "select 1;", "2_b.sql": "select 2;"}), on_event=look)

    assert held == [[(1,)], [(1,)]]


def test_a_second_runner_gives_up_after_its_time(empty_database: str, write: Write) -> None:
    migrations = write({"1_a.sql": "create table public.a (b int);"})
    refused: list[AnotherRunner] = []

    def second(event: Event) -> None:
        if isinstance(event, FileStarted):
            with pytest.raises(AnotherRunner) as caught:
                apply(empty_database, migrations, timeouts=HASTY)
            refused.append(caught.value)

    apply(empty_database, migrations, on_event=second)

    assert "wakti-sb migrate (server process" in str(refused[0])
    assert tables(empty_database) == ["a"]


def test_a_file_that_cannot_have_its_lock_is_rolled_back_and_tried_again(
    empty_database: str, write: Write
) -> None:
    rows(empty_database, "create table public.a (b int)")
    migrations = write({"1_a.sql": "create table public.c (d int); alter table a add e int;"})
    retries: list[Retrying] = []

    with psycopg.connect(empty_database) as other:
        other.execute("select * from public.a")

        def let_go(event: Event) -> None:
            if isinstance(event, Retrying):
                # The whole file was rolled back, not the statement that had to wait.
                assert tables(empty_database) == ["a"]
                retries.append(event)
                other.rollback()

        (report,) = apply(empty_database, migrations, on_event=let_go, timeouts=HASTY).files

    assert report.attempts == 2
    assert [event.attempt for event in retries] == [1]
    assert [item.sql for item in report.statements] == [
        "create table public.c (d int)",
        "alter table a add e int",
    ]
    assert tables(empty_database) == ["a", "c"]


def test_a_lock_that_is_never_to_be_had_is_given_up(empty_database: str, write: Write) -> None:
    rows(empty_database, "create table public.a (b int)")
    migrations = write({"1_a.sql": "create table public.c (d int);\nalter table a add e int;"})
    pauses: list[float] = []

    def listen(event: Event) -> None:
        if isinstance(event, Retrying):
            pauses.append(event.seconds)

    with psycopg.connect(empty_database) as other:
        other.execute("select * from public.a")
        with pytest.raises(StatementFailed) as caught:
            apply(empty_database, migrations, on_event=listen, timeouts=HASTY)

    assert caught.value.sqlstate == "55P03"
    assert caught.value.line == 2
    assert "Other sessions kept the lock" in str(caught.value)
    assert pauses == [0.01, 0.02]
    assert tables(empty_database) == ["a"]


def test_only_the_part_that_could_not_run_is_tried_again_outside_a_transaction(
    empty_database: str, write: Write
) -> None:
    rows(empty_database, "create table public.a (b int)")
    text = "create table public.c (d int); vacuum public.c; alter table public.a add e int;"

    with psycopg.connect(empty_database) as other:
        other.execute("select * from public.a")

        def let_go(event: Event) -> None:
            if isinstance(event, Retrying):
                assert tables(empty_database) == ["a", "c"]
                other.rollback()

        (report,) = apply(
            empty_database, write({"1_a.sql": text}), on_event=let_go, timeouts=HASTY
        ).files

    assert (report.attempts, len(report.statements)) == (2, 3)
    assert len(history(empty_database)) == 1


def test_an_index_built_concurrently_waits_as_long_as_it_has_to(
    empty_database: str, write: Write
) -> None:
    rows(empty_database, "create table public.a (b int)")
    text = "create index concurrently a_b on public.a (b);"

    with psycopg.connect(empty_database) as writer:
        writer.execute("insert into public.a values (1)")
        # Several times the lock_timeout that an ordinary statement would have.
        timer = threading.Timer(0.3, writer.commit)
        timer.start()
        (report,) = apply(empty_database, write({"1_a.sql": text}), timeouts=HASTY).files
        timer.join()

    assert report.attempts == 1
    assert rows(empty_database, "select indisvalid from pg_index where indrelid = 'a'::regclass")
