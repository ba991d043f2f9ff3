"""Values that satisfy what the catalog demands, and expressions taken apart."""

from __future__ import annotations

import re

import pytest

from wakti_sb.conformance.catalog import Column
from wakti_sb.conformance.catalog.singular import singular
from wakti_sb.conformance.mutation.expressions import conjuncts_removed, without_folder_test
from wakti_sb.conformance.scenario import sample
from wakti_sb.conformance.scenario.checks import candidates, enumerated
from wakti_sb.conformance.scenario.regexes import example


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("notes", "note"),
        ("companies", "company"),
        ("courses", "course"),
        ("addresses", "address"),
        ("statuses", "status"),
        ("boxes", "box"),
        ("branches", "branch"),
        ("dishes", "dish"),
        ("staff", "staff"),
    ],
)
def test_a_row_is_called_by_the_singular_of_its_table(table: str, row: str) -> None:
    assert singular(table) == row


@pytest.mark.parametrize(
    "pattern",
    [
        "^[a-z][a-z0-9-]{2,30}$",
        "^[0-9a-f]{64}$",
        r"^\d{3}-\d{4}$",
        "^(https?://|mailto:).+$",
        "^[^@ ]+@[^@ ]+\\.[a-z]{2,}$",
        "^#[0-9A-F]{6}$",
    ],
)
@pytest.mark.parametrize("more", [0, 3])
def test_a_regular_expression_has_an_example(pattern: str, more: int) -> None:
    text = example(pattern, more=more) or example(pattern)
    assert text is not None
    assert re.search(pattern, text)


def test_a_pattern_that_cannot_be_read_has_none() -> None:
    assert example("(unclosed") is None


def test_an_enumeration_by_check_gives_its_values() -> None:
    column = Column("status", "text", "text")
    check = "(status = ANY (ARRAY['draft'::text, 'sent'::text]))"
    assert enumerated(column, (check,)) == ("draft", "sent")
    assert {"draft", "sent"} <= set(candidates(column, (check,), 1))


def test_bounds_of_a_number_are_tried_on_both_sides() -> None:
    column = Column("priority", "integer", "integer", category="N", not_null=True)
    found = candidates(column, ("((priority >= 3) AND (priority <= 5))",), 1)
    assert {"3", "4", "5"} <= set(found)


@pytest.mark.parametrize("base", ["uuid", "integer", "text", "date", "inet", "jsonb", "interval"])
def test_two_numbers_give_two_values(base: str) -> None:
    column = Column("c", base, base, category="S" if base == "text" else "U")
    assert sample(column, 1) != sample(column, 2)
    assert sample(column, 1) == sample(column, 1)


def test_a_text_fits_its_column() -> None:
    assert len(sample(Column("code", "varchar(4)", "character varying", length=4), 12) or "") == 4


def test_a_conjunct_is_removed_inside_a_subquery_too() -> None:
    expression = "(id IN ( SELECT m.team_id FROM members m WHERE ((m.u = 1) AND (m.r = 'a'))))"
    rests = [rest for _, rest in conjuncts_removed(expression)]
    assert len(rests) == 2
    assert all(" AND " not in rest for rest in rests)


def test_a_single_condition_has_no_conjunct_to_remove() -> None:
    assert list(conjuncts_removed("(user_id = auth.uid())")) == []
    assert list(conjuncts_removed(None)) == []


def test_the_folder_test_is_what_a_storage_policy_loses() -> None:
    expression = (
        "((bucket_id = 'a'::text) AND ((storage.foldername(name))[1] = (auth.uid())::text))"
    )
    rest = without_folder_test(expression)
    assert rest is not None
    assert "foldername" not in rest
    assert "bucket_id" in rest
    assert without_folder_test("(bucket_id = 'a'::text)") is None
