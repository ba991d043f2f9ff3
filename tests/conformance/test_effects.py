"""What a write has reached is read from the rows before and after it, whatever was answered."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.conformance.catalogs import PROJECTS, UPLOADS, catalog
from wakti_sb.conformance.catalog import ForeignKey
from wakti_sb.conformance.model import (
    NEW,
    Copy,
    Delete,
    Insert,
    Key,
    Request,
    Select,
    Update,
    Upsert,
)
from wakti_sb.conformance.transports.effects import changed, shape, state, touched
from wakti_sb.spec import Relation

T = Relation("public.t")
ONE = {"id": "1", "v": "a", "w": "x"}
TWO = {"id": "2", "v": "b", "w": "x"}


def rows(*found: dict[str, Any]) -> Any:
    return state(found, ("id",))


def reached(request: Request, before: Any, after: Any, count: int = 0) -> set[Key]:
    return set(changed(request, before, after, count))


def test_rows_are_known_by_their_whole_key() -> None:
    found = state([{"a": 1, "b": None, "c": 3}], ("a", "b"))
    assert found == {("1", "None"): {"a": 1, "b": None, "c": 3}}


@pytest.mark.parametrize(
    ("about", "made", "count", "new"),
    [
        ((), None, 0, False),
        ((), None, 1, True),  # a view need not show what was written through it
        ((), {"id": "3", "v": "c", "w": "x"}, 0, True),
        (("v",), {"id": "3", "v": "c", "w": "x"}, 1, True),
        (("v",), {"id": "3", "v": "another", "w": "x"}, 1, False),
        (("w",), {"id": "3", "v": "another", "w": "x"}, 1, True),
        ((), {"id": "3", "v": "another", "w": "x"}, 1, True),
        (("v",), None, 1, True),
    ],
)
def test_an_insert_has_made_the_row_that_was_asked_for(
    about: tuple[str, ...], made: dict[str, Any] | None, count: int, new: bool
) -> None:
    insert = Insert(T, (("v", "c"), ("w", "x")), about)
    after = rows(ONE, made) if made else rows(ONE)
    assert reached(insert, rows(ONE), after, count) == ({NEW} if new else set())


def test_one_right_row_among_those_that_an_insert_made_is_enough() -> None:
    insert = Insert(T, (("v", "c"),), ("v",))
    after = rows(ONE, {"id": "3", "v": "of a trigger"}, {"id": "4", "v": "c"})
    assert reached(insert, rows(ONE), after, 1) == {NEW}


def test_a_delete_has_removed_the_rows_that_are_gone_whatever_was_reported() -> None:
    delete = Delete(T)
    assert reached(delete, rows(ONE, TWO), rows(TWO)) == {("1",)}
    assert reached(delete, rows(ONE, TWO), rows(ONE, TWO), 2) == set()
    assert reached(delete, rows(ONE), rows(TWO)) == {("1",)}
    assert reached(delete, rows(), rows(TWO)) == set()


def test_an_update_has_changed_the_rows_whose_named_columns_differ() -> None:
    update = Update(T, (("v", "c"),))
    after = rows({**ONE, "v": "c"}, TWO)
    assert reached(update, rows(ONE, TWO), after) == {("1",)}
    assert reached(update, rows(ONE), rows({**ONE, "w": "by a trigger"})) == set()
    assert reached(update, rows(ONE, TWO), rows(TWO)) == {("1",)}  # its key is another one
    assert reached(update, rows(ONE), rows({**ONE, "v": "c"}, TWO)) == {("1",)}
    assert reached(Update(T, (("n", "1"),)), rows(ONE), rows({**ONE, "n": 1})) == {("1",)}


@pytest.mark.parametrize(
    ("value", "where", "count", "hit"),
    [
        ("a", (("id", "1"),), 1, {("1",)}),
        ("a", (("id", "1"),), 0, set()),
        ("a", (), 1, set()),  # which rows were meant cannot be told
        ("a", (("id", "2"),), 1, set()),
        ("z", (("id", "1"),), 1, set()),
        ("a", (("w", "x"),), 1, {("1",)}),
    ],
)
def test_an_update_to_the_value_that_was_there_is_believed_to_the_report(
    value: str, where: Any, count: int, hit: set[Key]
) -> None:
    same = rows(ONE, TWO)
    assert reached(Update(T, (("v", value),), where), same, same, count) == hit


def test_what_really_changed_weighs_more_than_the_report() -> None:
    update = Update(T, (("v", "a"),), (("w", "x"),))
    assert reached(update, rows(ONE, TWO), rows(ONE, {**TWO, "v": "a"}), 2) == {("2",)}
    assert reached(update, rows(ONE, TWO), rows(ONE), 2) == {("2",)}


@pytest.mark.parametrize(
    ("became", "hit"),
    [("c", {("1",)}), ("of a trigger", set()), ("a", set())],
)
def test_an_update_about_a_column_has_happened_where_its_value_is_there(
    became: str, hit: set[Key]
) -> None:
    update = Update(T, (("v", "c"), ("w", "y")), (("id", "1"),), ("v",))
    after = rows({"id": "1", "v": became, "w": "y"}, TWO)
    assert reached(update, rows(ONE, TWO), after, 1) == hit
    assert reached(update, rows(ONE, TWO), rows(TWO), 1) == {("1",)}
    assert reached(update, rows(ONE, TWO), rows(ONE, TWO), 1) == set()


@pytest.mark.parametrize("kind", [Upsert, Copy])
def test_an_upsert_has_made_a_row_or_overwritten_one(kind: type) -> None:
    values = (("id", "1"), ("v", "c"))
    upsert = kind(T, values, (("id", "1"),), ("id",)) if kind is Copy else kind(T, values, ("id",))
    assert reached(upsert, rows(ONE), rows({**ONE, "v": "c"})) == {("1",)}
    assert reached(upsert, rows(TWO), rows(TWO, {"id": "1", "v": "c"})) == {NEW}
    assert reached(upsert, rows(ONE), rows({**ONE, "v": "c"}, TWO)) == {("1",), NEW}
    assert reached(upsert, rows(ONE), rows(ONE), 0) == set()
    assert reached(upsert, rows(ONE), rows({**ONE, "w": "by a trigger"})) == set()
    there = {"id": "1", "v": "c"}
    assert reached(upsert, rows(there, TWO), rows(there, TWO), 1) == {("1",)}
    assert reached(upsert, rows(there, TWO), rows(there, TWO), 0) == set()
    assert reached(upsert, rows(ONE), rows(ONE), 1) == set()
    assert reached(upsert, rows(there), rows(there, TWO), 1) == {NEW}


def test_a_copy_without_a_key_adds_a_row_and_overwrites_none() -> None:
    copy = Copy(T, (("v", "c"),), (("id", "1"),))
    assert reached(copy, rows(ONE), rows(ONE), 1) == {NEW}
    assert reached(copy, rows(ONE), rows(ONE), 0) == set()
    assert reached(copy, rows(ONE), rows(ONE, TWO), 0) == {NEW}
    assert reached(copy, rows(ONE), rows({**ONE, "v": "c"}), 0) == set()
    assert reached(copy, rows(ONE, TWO), rows(ONE), 0) == set()


def test_a_request_that_reads_changes_nothing() -> None:
    assert reached(Select(T, ("id",)), rows(ONE), rows(), 1) == set()


def test_numbers_and_truth_are_compared_as_the_request_writes_them() -> None:
    row = {"id": "1", "n": 3, "open": True, "gone": None}
    update = Update(T, (("n", "3"), ("open", "true")), (("id", "1"),))
    assert reached(update, rows(row), rows(row), 1) == {("1",)}
    unset = Update(T, (("gone", None),), (("id", "1"),))
    assert reached(unset, rows(row), rows(row), 1) == {("1",)}


PROJECT = {"id": "p", "user_id": "u", "name": "n"}
UPLOAD = {"id": "f", "project_id": "p", "user_id": "u", "filename": "x", "secret": "s"}
THE_PROJECT, THE_UPLOAD = (str(PROJECTS), "p"), (str(UPLOADS), "f")


def hit(before: dict[Relation, Any], after: dict[Relation, Any]) -> set[Key]:
    return set(touched(before, after, catalog().tables))


def test_rows_that_stayed_as_they_were_are_not_touched() -> None:
    there = {PROJECTS: rows(PROJECT), UPLOADS: rows(UPLOAD)}
    assert hit(there, there) == set()
    assert hit(there, {**there, UPLOADS: rows(UPLOAD, {**UPLOAD, "id": "g"})}) == set()


def test_rows_that_are_others_or_gone_are_touched_in_whatever_table() -> None:
    there = {PROJECTS: rows(PROJECT), UPLOADS: rows(UPLOAD)}
    assert hit(there, {**there, UPLOADS: rows()}) == {THE_UPLOAD}
    assert hit(there, {PROJECTS: rows(PROJECT)}) == {THE_UPLOAD}
    assert hit(there, {**there, UPLOADS: rows({**UPLOAD, "filename": "y"})}) == {THE_UPLOAD}
    assert hit(there, {**there, PROJECTS: rows({**PROJECT, "name": None})}) == {THE_PROJECT}


def test_what_went_with_its_parent_or_lost_its_reference_is_the_parents_affair() -> None:
    there = {PROJECTS: rows(PROJECT), UPLOADS: rows(UPLOAD)}
    assert hit(there, {PROJECTS: rows(), UPLOADS: rows()}) == {THE_PROJECT}
    freed = {**UPLOAD, "project_id": None}
    assert hit(there, {PROJECTS: rows(), UPLOADS: rows(freed)}) == {THE_PROJECT}
    # Another column of it changed as well: that did not follow from anything.
    both = {**freed, "filename": "y"}
    assert hit(there, {PROJECTS: rows(), UPLOADS: rows(both)}) == {THE_PROJECT, THE_UPLOAD}
    # And a reference may not be taken from a row whose parent is still there.
    assert hit(there, {**there, UPLOADS: rows(freed)}) == {THE_UPLOAD}


def test_the_child_of_another_row_is_no_orphan() -> None:
    other = {**PROJECT, "id": "q"}
    there = {PROJECTS: rows(PROJECT, other), UPLOADS: rows(UPLOAD)}
    assert hit(there, {PROJECTS: rows(PROJECT), UPLOADS: rows()}) == {
        (str(PROJECTS), "q"),
        THE_UPLOAD,
    }


@pytest.mark.parametrize("user", ["u", "somebody else"])
def test_a_reference_of_two_columns_points_where_both_agree(user: str) -> None:
    known = catalog().tables[UPLOADS]
    pair = ForeignKey("both", ("project_id", "user_id"), PROJECTS, ("id", "user_id"))
    tables = {PROJECTS: catalog().tables[PROJECTS], UPLOADS: replace(known, foreign_keys=(pair,))}
    there = {PROJECTS: rows(PROJECT), UPLOADS: rows({**UPLOAD, "user_id": user})}
    found = touched(there, {PROJECTS: rows(), UPLOADS: rows()}, tables)
    assert (THE_UPLOAD in found) is (user != "u")


def test_a_reference_to_a_table_that_was_not_looked_at_orphans_nothing() -> None:
    there = {UPLOADS: rows(UPLOAD)}
    assert hit(there, {UPLOADS: rows()}) == {THE_UPLOAD}


def test_of_an_answer_only_its_shape_is_compared_where_its_values_always_differ() -> None:
    first = '{"code": "a1", "of": [1, null], "deep": {"x": true}}'
    second = '{"code": "b2", "of": [7, null], "deep": {"x": true}}'
    assert shape(first) == shape(second)
    assert json.loads(shape(first)) == [{"code": "*", "of": ["*", None], "deep": {"x": True}}]
    for other in (
        '{"code": null, "of": [1, null], "deep": {"x": true}}',
        '{"code": "a1", "of": [1], "deep": {"x": true}}',
        '{"code": "a1", "of": [1, null], "deep": {"x": false}}',
        f"{first}\n{first}",
        "",
    ):
        assert shape(other) != shape(first)
    assert shape("42501 permission denied") == "42501 permission denied"
