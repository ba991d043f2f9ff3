"""What is applied, and mending the history."""

from __future__ import annotations

import dataclasses
import json

import pytest

from tests.migrate.database import history, rows, tables
from tests.migrate.files import Write
from wakti_sb.errors import MigrationError
from wakti_sb.migrate import HistoryConflict, apply, repair, status


def test_the_status_of_an_untouched_database_is_that_all_is_pending(
    empty_database: str, write: Write
) -> None:
    found = status(empty_database, write({"1_a.sql": "select 1;"}))

    assert [(entry.version, entry.name, entry.state) for entry in found.entries] == [
        ("1", "a", "pending")
    ]
    assert rows(empty_database, "select from pg_namespace where nspname ~ 'migrations'") == []


def test_the_status_can_be_written_as_json(empty_database: str, write: Write) -> None:
    migrations = write({"1_a.sql": "select 1;"})
    apply(empty_database, migrations)

    found = status(empty_database, migrations)

    assert json.loads(json.dumps(dataclasses.asdict(found)))["entries"] == [
        {"version": "1", "name": "a", "file": migrations[0].file, "state": "applied"}
    ]


def test_a_changed_file_stops_a_run_until_it_is_repaired(empty_database: str, write: Write) -> None:
    apply(empty_database, write({"1_a.sql": "create table public.a (b int);"}))
    changed = write({"1_a.sql": "create table public.a (b bigint);", "2_b.sql": "select 2;"})

    with pytest.raises(HistoryConflict, match="changed after it was applied"):
        apply(empty_database, changed)
    assert [entry.version for entry in status(empty_database, changed).conflicts] == ["1"]

    assert repair(empty_database, "1", "applied", changed).changed
    assert apply(empty_database, changed).versions == ("2",)
    assert history(empty_database)[0][2] == ["create table public.a (b bigint)"]


def test_a_comment_in_an_applied_file_is_not_a_change(empty_database: str, write: Write) -> None:
    apply(empty_database, write({"1_a.sql": "create table public.a (b int);"}))

    again = write({"1_a.sql": "-- why\nCREATE TABLE public.a (\n  b int\n);\n"})

    assert apply(empty_database, again).versions == ()


def test_a_version_without_a_file_stops_a_run_until_it_is_repaired(
    empty_database: str, write: Write
) -> None:
    one, two = write({"1_a.sql": "select 1;", "2_b.sql": "select 2;"})
    apply(empty_database, (one, two))

    with pytest.raises(HistoryConflict, match="holds version 1, and there is no such file"):
        apply(empty_database, (two,))

    assert repair(empty_database, "1", "reverted", (two,)).changed
    assert apply(empty_database, (two,)).versions == ()


def test_a_version_can_be_recorded_without_running_it(empty_database: str, write: Write) -> None:
    migrations = write({"1_a.sql": "create table public.a (b int);"})

    assert repair(empty_database, "1", "applied", migrations).changed
    assert not repair(empty_database, "1", "applied", migrations).changed
    assert apply(empty_database, migrations).versions == ()
    assert tables(empty_database) == []


def test_a_version_that_is_not_there_is_reverted_already(empty_database: str) -> None:
    assert not repair(empty_database, "1", "reverted", ()).changed


def test_a_version_cannot_be_recorded_without_its_file(empty_database: str) -> None:
    with pytest.raises(MigrationError, match="there is no migration with version 1"):
        repair(empty_database, "1", "applied", ())


def test_a_late_file_is_applied_only_when_all_are_included(
    empty_database: str, write: Write
) -> None:
    apply(empty_database, write({"2_b.sql": "create table public.b (b int);"}))
    both = write({"1_a.sql": "create table public.a (b int);"})

    with pytest.raises(HistoryConflict, match=r"1_a\.sql: older than 2"):
        apply(empty_database, both)

    assert apply(empty_database, both, include_all=True).versions == ("1",)
