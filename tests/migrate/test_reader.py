"""Reading a folder of migrations; nothing runs."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.migrate.files import Write
from wakti_sb.errors import MigrationError
from wakti_sb.migrate import Event, FileSkipped, StatementFailed, read
from wakti_sb.migrate.reader import Block, blocks


def test_files_are_read_in_the_order_of_their_versions(write: Write) -> None:
    migrations = write({"20260102_b.sql": "", "20260101_z.sql": "", "20260103_a.sql": ""})

    assert [(item.version, item.name) for item in migrations] == [
        ("20260101", "z"),
        ("20260102", "b"),
        ("20260103", "a"),
    ]


def test_versions_are_compared_as_text_like_the_official_cli_does(write: Write) -> None:
    migrations = write({"9_nine.sql": "", "10_ten.sql": ""})

    assert [item.version for item in migrations] == ["10", "9"]


def test_a_byte_order_mark_is_not_part_of_the_first_statement(write: Write) -> None:
    (migration,) = write({"1_bom.sql": "\ufeffselect 1;"})

    assert migration.sql == ["select 1"]


def test_an_empty_file_is_a_migration_without_statements(write: Write) -> None:
    (migration,) = write({"1_empty.sql": ""})

    assert migration.sql == []


def test_a_name_without_digits_is_skipped_with_an_event(folder: Path) -> None:
    (folder / "tables.sql").touch()
    (folder / "2026-01-01_tables.sql").touch()
    (folder / ".gitkeep").touch()
    (folder / "1_folder.sql").mkdir()
    events: list[Event] = []

    assert read(folder, on_event=events.append) == ()
    assert [event.file for event in events if isinstance(event, FileSkipped)] == [
        str(folder / "2026-01-01_tables.sql"),
        str(folder / "tables.sql"),
    ]


def test_a_skipped_file_is_logged_when_nobody_listens(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "tables.sql").touch()

    with caplog.at_level(logging.WARNING, "wakti_sb.migrate"):
        read(folder)

    assert "tables.sql" in caplog.text


def test_an_old_first_file_called_init_is_skipped_like_the_official_cli_does(
    folder: Path,
) -> None:
    (folder / "20211208000000_init.sql").touch()
    (folder / "20211208000001_init.sql").touch()
    events: list[Event] = []

    (migration,) = read(folder, on_event=events.append)

    assert migration.version == "20211208000001"
    assert len(events) == 1


def test_two_files_with_one_version_are_refused_by_name(write: Write) -> None:
    with pytest.raises(MigrationError, match=r"1_a\.sql and 1_b\.sql have the same version 1"):
        write({"1_a.sql": "", "1_b.sql": ""})


def test_a_folder_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(MigrationError, match="nowhere: the migrations cannot be read"):
        read(folder / "nowhere")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ("select 1".encode("utf-16"), r"1_a\.sql: is UTF-16"),
        (b"select 1;\n-- caf\xe9", r"1_a\.sql:2: is not UTF-8"),
        (b"select 1;\n\nselect '\0'", r"1_a\.sql:3: holds a NUL character"),
    ],
)
def test_a_file_that_is_not_utf8_text_is_refused(folder: Path, data: bytes, complaint: str) -> None:
    (folder / "1_a.sql").write_bytes(data)

    with pytest.raises(MigrationError, match=complaint):
        read(folder)


def test_a_syntax_error_has_file_line_column_and_a_caret(write: Write) -> None:
    with pytest.raises(StatementFailed) as caught:
        write({"1_a.sql": "select 1;\r\n\r\n\tselect 'é' frm x y;\r\n"})

    error = caught.value
    assert (error.line, error.column) == (3, 17)
    assert error.sqlstate is None
    assert str(error).splitlines() == [
        f'{error.file}:3:17: syntax error at or near "x"',
        "    3 | \tselect 'é' frm x y;",
        "      | \t               ^",
    ]


def test_an_unfinished_statement_is_shown_where_the_code_ends(write: Write) -> None:
    with pytest.raises(StatementFailed, match="syntax error at end of input") as caught:
        write({"1_a.sql": "create table t (\n  id int\n\n\n"})

    assert (caught.value.line, caught.value.column) == (2, 9)


def test_a_long_line_is_shown_around_the_error_only(write: Write) -> None:
    long = ", ".join(str(number) for number in range(2000))

    with pytest.raises(StatementFailed) as caught:
        write({"1_a.sql": f"select {long} frm x y, {long};"})

    _, code, caret = str(caught.value).splitlines()
    assert len(code) < 120
    assert code[caret.index("^")] == "x"


def test_wide_characters_do_not_move_the_caret(write: Write) -> None:
    with pytest.raises(StatementFailed) as caught:
        write({"1_a.sql": "select '漢字' frm x y;"})

    _, _, caret = str(caught.value).splitlines()
    assert caret == "      | " + " " * 18 + "^"


def test_a_command_of_psql_is_called_that(write: Write) -> None:
    with pytest.raises(StatementFailed, match="commands of psql"):
        write({"1_a.sql": "\\connect other\nselect 1;"})


@pytest.mark.parametrize("statement", ["copy t from stdin", "copy t to stdout"])
def test_copying_through_the_client_is_refused(write: Write, statement: str) -> None:
    with pytest.raises(StatementFailed, match="COPY from or to the client"):
        write({"1_a.sql": f"{statement};"})


def test_rows_of_a_dump_are_called_copy_where_it_begins(write: Write) -> None:
    text = (
        "select $$\ncopy in a string from stdin;\n$$;\n"
        "COPY public.crates (id, label) FROM stdin;\n1\ta;b\n2\tc'd\n\\.\nselect 1;\n"
    )

    with pytest.raises(StatementFailed, match="COPY from or to the client") as caught:
        write({"1_a.sql": text})

    assert (caught.value.line, caught.value.column) == (4, 1)
    assert "pg_dump --inserts" in str(caught.value)


def test_a_syntax_error_behind_words_like_copy_is_that(write: Write) -> None:
    text = "select '\ncopy t from stdin;\n';\ncopy t from '/a/file';\nselect 1 frm t;\n"

    with pytest.raises(StatementFailed, match="syntax error") as caught:
        write({"1_a.sql": text})

    assert caught.value.line == 5


def test_a_line_that_pg_dump_writes_for_psql_may_be_deleted(write: Write) -> None:
    dump = "\\restrict aB3\n\nset statement_timeout = 0;\n\\unrestrict aB3\n"
    with pytest.raises(StatementFailed, match="delete it") as caught:
        write({"1_a.sql": dump})

    assert caught.value.line == 1


def _transactions(write: Write, text: str) -> list[tuple[list[str], bool]]:
    (migration,) = write({"1_a.sql": text})
    return [
        ([statement.sql for statement in block.statements], block.transaction)
        for block in blocks(migration)
    ]


def test_an_ordinary_file_is_one_transaction(write: Write) -> None:
    assert _transactions(write, "select 1; -- note\nsavepoint a; select 2;") == [
        (["select 1", "-- note\nsavepoint a", "select 2"], True)
    ]


def test_a_file_of_comments_runs_nothing(write: Write) -> None:
    (migration,) = write({"1_a.sql": "-- later\n"})

    assert migration.sql == ["-- later"]
    assert blocks(migration) == (Block((), transaction=True),)


def test_what_surrounds_a_statement_that_refuses_transactions_stays_together(
    write: Write,
) -> None:
    assert _transactions(write, "select 1; select 2; vacuum; select 3;") == [
        (["select 1", "select 2"], True),
        (["vacuum"], False),
        (["select 3"], True),
    ]


def test_one_begin_and_commit_around_everything_become_the_files_transaction(
    write: Write,
) -> None:
    assert _transactions(write, "begin; select 1; select 2; commit;") == [
        (["select 1", "select 2"], True)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "select 1; commit; select 2",
        "begin; select 1; commit; select 2",
        "begin isolation level serializable; select 1; commit",
        "begin; select 1; rollback",
        "begin; commit; begin; commit",
    ],
)
def test_other_transactions_of_a_files_own_are_run_as_they_are_written(
    write: Write, text: str
) -> None:
    *statements, last = _transactions(write, text)

    assert all(not transaction for _, transaction in statements)
    assert [sql for sqls, _ in statements for sql in sqls] == text.split("; ")
    assert last == ([], True)


def test_the_official_clis_first_line_against_transactions_is_heeded(write: Write) -> None:
    text = "-- pg-delta: transaction=false\nselect 1; select 2;"

    assert [transaction for _, transaction in _transactions(write, text)] == [
        False,
        False,
        True,
    ]
