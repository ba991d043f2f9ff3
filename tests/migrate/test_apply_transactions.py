"""Files with transactions of their own, and statements that refuse one."""

from __future__ import annotations

import pytest

from tests.migrate.database import history, tables, value
from tests.migrate.files import Write
from wakti_sb.migrate import (
    StatementFailed,
    apply,
)


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
