from __future__ import annotations

import pglast
import pytest
from pglast.ast import A_Const, ColumnRef, SelectStmt, String

from wakti_sb.generate.quoting import comment, ident, literal, relation, text_array
from wakti_sb.spec import Relation

HOSTILE = [
    'a"b',
    "a'b",
    "a; drop table t; --",
    "a\\b",
    "$$a$$",
    "/* a */",
    "Größe",
    "select",
    "user",
    " a ",
    "1a",
    "a.b",
    "{{ a }}",
    "%s",
]


def target(sql: str) -> object:
    """What the one thing that `select …` asks for is, as PostgreSQL's own parser reads it."""
    (statement,) = pglast.parse_sql(f"select {sql}")
    select = statement.stmt
    assert isinstance(select, SelectStmt)
    assert select.targetList is not None
    (only,) = select.targetList
    return only.val


def fields(node: object) -> list[str]:
    """The parts of a column's name."""
    assert isinstance(node, ColumnRef)
    assert node.fields is not None
    return [part.sval for part in node.fields]


@pytest.mark.parametrize("name", HOSTILE)
def test_an_identifier_is_read_back_as_it_was(name: str) -> None:
    assert fields(target(ident(name))) == [name]


@pytest.mark.parametrize("text", [*HOSTILE, "", "two\nlines  \n\n\nmore", "tab\t", "\\'; --"])
def test_a_text_is_read_back_as_it_was(text: str) -> None:
    constant = target(literal(text))
    assert isinstance(constant, A_Const)
    assert isinstance(constant.val, String)
    assert constant.val.sval == text
    assert "\n" not in literal(text)


@pytest.mark.parametrize("name", ["", "a\x00b", "a\nb"])
def test_what_no_identifier_can_be_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a name"):
        ident(name)


def test_a_text_with_a_nul_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        literal("a\x00b")


def test_plain_names_stay_plain() -> None:
    assert ident("project_id") == "project_id"
    assert relation(Relation("public.projects")) == "public.projects"
    assert relation(Relation("App.users")) == '"App".users'


def test_values_keep_their_type() -> None:
    assert [literal(value) for value in (None, True, False, 3, -1)] == [
        "null",
        "true",
        "false",
        "3",
        "-1",
    ]


def test_a_long_array_has_a_line_for_each_value() -> None:
    assert text_array(["a", "b"]) == "array['a', 'b']"
    assert text_array([]) == "array[]::text[]"
    assert text_array(["x" * 60, "y" * 60]).count("\n") == 3


def test_a_comment_stays_on_its_line() -> None:
    assert comment("a\n; drop table t") == "a ; drop table t"
