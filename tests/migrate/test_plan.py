"""Comparing the files with the history, without a database."""

from __future__ import annotations

import pytest

from tests.migrate.files import Write
from wakti_sb.migrate import HistoryConflict, Migration
from wakti_sb.migrate.history import Applied
from wakti_sb.migrate.plan import compare, pending, same

FILES = {"1_a.sql": "select 1;", "2_b.sql": "select 2;", "3_c.sql": "select 3;"}


def _applied(migration: Migration) -> Applied:
    return Applied(migration.version, migration.name, migration.sql)


def _pending(
    migrations: tuple[Migration, ...], *history: Applied, include_all: bool = False
) -> list[str]:
    status = compare(migrations, history, "db")
    return [item.version for item in pending(migrations, status, include_all=include_all)]


def test_everything_is_pending_in_an_empty_history(write: Write) -> None:
    assert _pending(write(FILES)) == ["1", "2", "3"]


def test_only_what_is_not_applied_is_pending(write: Write) -> None:
    one, two, three = write(FILES)

    assert _pending((one, two, three), _applied(one), _applied(two)) == ["3"]


def test_a_file_older_than_the_newest_applied_one_is_named(write: Write) -> None:
    one, two, three = write(FILES)

    with pytest.raises(HistoryConflict) as caught:
        _pending((one, two, three), _applied(one), _applied(three))

    assert caught.value.versions == ("2",)
    assert f"{two.file}: older than 3" in str(caught.value)
    assert "--include-all" in str(caught.value)


def test_such_a_file_is_applied_when_all_are_included(write: Write) -> None:
    one, two, three = write(FILES)

    assert _pending((one, two, three), _applied(three), include_all=True) == ["1", "2"]


def test_a_version_without_a_file_is_an_error_with_its_remedy(write: Write) -> None:
    one, *_ = write(FILES)
    strange = [Applied("0", "x", []), Applied("9", "y", None)]

    with pytest.raises(HistoryConflict) as caught:
        _pending((one,), *strange, include_all=True)

    assert caught.value.versions == ("0", "9")
    assert "db: the database holds versions 0, 9" in str(caught.value)
    assert "`wakti-sb migrate --repair reverted 0 --repair reverted 9`" in str(caught.value)


def test_a_file_changed_after_it_was_applied_is_an_error_with_its_remedy(write: Write) -> None:
    one, two, _ = write(FILES)
    changed = Applied("2", "b", ["select 22"])

    with pytest.raises(HistoryConflict) as caught:
        _pending((one, two), _applied(one), changed)

    assert caught.value.versions == ("2",)
    assert f"{two.file}: the file was changed after it was applied" in str(caught.value)
    assert "`wakti-sb migrate --repair applied 2`" in str(caught.value)


def test_the_status_has_every_version_in_order(write: Write) -> None:
    one, two, three = write(FILES)
    history = [Applied("0", "gone", None), Applied("2", "b", ["select 22"]), _applied(one)]

    status = compare((one, two, three), history, "db")

    assert [(entry.version, entry.state) for entry in status.entries] == [
        ("0", "file missing"),
        ("1", "applied"),
        ("2", "changed"),
        ("3", "pending"),
    ]
    assert [entry.version for entry in status.conflicts] == ["0", "2"]


@pytest.mark.parametrize(
    "statements",
    [
        None,
        ["create table a (b int)", "insert into a values (1)"],
        ["CREATE TABLE a (\n  b int\n)", "-- one row\ninsert into a values (1)"],
        ["create table a (b int); insert into a values (1); -- all of it"],
        ["-- first", "create table a (b int) -- no semicolon", "insert into a values (1)"],
    ],
)
def test_the_way_a_history_was_written_is_not_a_change(
    write: Write, statements: list[str] | None
) -> None:
    (migration,) = write({"1_a.sql": "create table a (b int);\ninsert into a values (1);"})

    assert same(migration, statements)


def test_line_ends_are_not_a_change(write: Write) -> None:
    (migration,) = write({"1_a.sql": "do $$\r\nbegin\r\nend $$;\r\n"})

    assert same(migration, ["do $$\nbegin\nend $$"])


@pytest.mark.parametrize(
    "statements",
    [
        [],
        ["create table a (b int)"],
        ["create table a (b int)", "insert into a values (2)"],
        ["create table a (b int)", "insert into a values ('open)"],
    ],
)
def test_another_statement_or_value_is_a_change(write: Write, statements: list[str]) -> None:
    (migration,) = write({"1_a.sql": "create table a (b int);\ninsert into a values (1);"})

    assert not same(migration, statements)
