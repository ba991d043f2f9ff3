"""Statements are cut as the official CLI cuts them, by PostgreSQL's own parser."""

from __future__ import annotations

import pytest

from wakti_sb.migrate.kinds import Kind
from wakti_sb.migrate.statements import split, without_concurrently, words


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        (" \n\t ", []),
        ("-- end\u00a0\ufeff\n", ["-- end"]),
        (";;", []),
        ("select 1", ["select 1"]),
        ("select 1;", ["select 1"]),
        ("select 1;;\nselect 2;\n", ["select 1", "select 2"]),
        ("-- before\nselect 1;", ["-- before\nselect 1"]),
        ("select 1 -- inside\n;", ["select 1 -- inside"]),
        ("select 1; -- behind\nselect 2;", ["select 1", "-- behind\nselect 2"]),
        ("select 1;\n-- the end\n", ["select 1", "-- the end"]),
        ("select 1;\n/* alone; */ ;\nselect 2", ["select 1", "/* alone; */", "select 2"]),
        ("select ';' || $$;$$ || $a$;$a$;", ["select ';' || $$;$$ || $a$;$a$"]),
        ('select 1 as "a;b"; select 2', ['select 1 as "a;b"', "select 2"]),
        (r"select E'\';'; select 2", [r"select E'\';'", "select 2"]),
        ("select 1\r\n,2;\r\nselect 3;\r\n", ["select 1\r\n,2", "select 3"]),
        ("/* /* nested; */ ; */ select 1;", ["/* /* nested; */ ; */ select 1"]),
        (
            "create function f() returns int begin atomic select 1; select 2; end; select 3;",
            [
                "create function f() returns int begin atomic select 1; select 2; end",
                "select 3",
            ],
        ),
        (
            "create rule r as on insert to t do also (select 1; select 2); select 3;",
            ["create rule r as on insert to t do also (select 1; select 2)", "select 3"],
        ),
        ("select 'é漢𝄞;'; select 'ü'", ["select 'é漢𝄞;'", "select 'ü'"]),
    ],
)
def test_a_text_is_cut_between_its_statements(text: str, pieces: list[str]) -> None:
    statements = split(text, "a.sql")

    assert [statement.sql for statement in statements] == pieces
    for statement in statements:
        assert text.startswith(statement.sql, statement.offset)


def test_a_statement_knows_where_its_code_begins() -> None:
    text = "/* é */ -- ü\n  select 1;\n-- end"

    (statement, comment) = split(text, "a.sql")

    assert text[statement.code :].startswith("select 1")
    assert (statement.line, comment.line) == (2, 3)
    assert comment.kind is Kind.COMMENT


@pytest.mark.parametrize(
    "statement",
    [
        "create index concurrently on t (a)",
        "create unique index concurrently if not exists i on t (a)",
        "drop index concurrently i",
        "reindex table concurrently t",
        "reindex (concurrently, verbose) index i",
        "reindex (concurrently true) index i",
        "reindex schema public",
        "alter table t detach partition p concurrently",
        "vacuum",
        "vacuum (analyze) t",
        "cluster",
        "alter system set work_mem = '1MB'",
        "create database d",
        "drop database d",
        "alter database d set tablespace s",
        "create tablespace s location '/s'",
        "drop tablespace s",
        "create subscription s connection '' publication p",
        "drop subscription s",
        "discard all",
    ],
)
def test_what_the_server_refuses_in_a_transaction_stands_alone(statement: str) -> None:
    assert [item.kind for item in split(statement, "a.sql")] == [Kind.ALONE]


@pytest.mark.parametrize(
    "statement",
    [
        "create index on t (a)",
        "drop index i",
        "drop table t",
        "reindex table t",
        "reindex (concurrently false) table t",
        "alter table t detach partition p",
        "analyze t",
        "cluster t using i",
        "alter database d set work_mem = '1MB'",
        "refresh materialized view concurrently v",
        "discard plans",
        "savepoint a",
        "rollback to a",
        "copy t from '/file'",
        "do $$ begin perform 1; end $$",
        "comment on table t is 'create index concurrently'",
    ],
)
def test_anything_else_may_run_in_a_transaction(statement: str) -> None:
    assert [item.kind for item in split(statement, "a.sql")] == [Kind.ORDINARY]


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("begin", Kind.BEGIN),
        ("start transaction", Kind.BEGIN),
        ("begin isolation level serializable", Kind.BEGIN_WITH),
        ("commit", Kind.COMMIT),
        ("end", Kind.COMMIT),
        ("rollback", Kind.ROLLBACK),
        ("abort", Kind.ROLLBACK),
        ("commit and chain", Kind.CHAIN),
        ("prepare transaction 'a'", Kind.TWO_PHASE),
        ("savepoint a", Kind.ORDINARY),
        ("rollback to a", Kind.ORDINARY),
    ],
)
def test_what_begins_and_ends_transactions_is_known(statement: str, kind: Kind) -> None:
    assert [one.kind for one in split(statement, "a.sql")] == [kind]


def test_comments_white_space_and_case_do_not_change_what_a_text_says() -> None:
    assert words("SELECT a -- note\r\n  FROM T;") == words("select A from /* x */ t")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("select 1", "select 2"),
        ("select 'a'", "select 'A'"),
        ('select "a"', 'select "A"'),
        ("select 'a b'", "select 'a  b'"),
        ("select $$a$$", "select $$ a$$"),
    ],
)
def test_a_changed_value_changes_what_a_text_says(one: str, other: str) -> None:
    assert words(one) != words(other)


def test_a_text_that_cannot_be_cut_into_words_says_nothing() -> None:
    assert words("select 'open") is None


def test_concurrently_is_blanked_without_moving_anything() -> None:
    sql = "create index /* concurrently */ CONCURRENTLY i on t (a)"

    assert without_concurrently(sql) == "create index /* concurrently */              i on t (a)"
