"""What psql printed, read as TAP."""

from __future__ import annotations

from pathlib import Path

import pytest

from wakti_sb.database_tests import as_tap, find
from wakti_sb.database_tests.tap import read
from wakti_sb.reports import junit, of_database_tests


@pytest.mark.parametrize(
    ("printed", "code", "problem"),
    [
        ("1..1\nok 1 - fine\n", 0, None),
        ("1..1\nok 1\n", 0, None),
        ("ok 1 - fine\n1..1\n", 0, None),
        ("1..1\n    ok 1 - inner\n    1..1\nok 1 - outer\n", 0, None),
        ("1..0 # SKIP nothing here\n", 0, None),
        ("1..2\nok 1 - fine\n", 0, "planned 2 tests and ran 1"),
        ("ok 1 - fine\n", 0, "no plan"),
        ("", 0, "no plan"),
        ("1..1\nok 1\nBail out!  no power\n", 0, "no power"),
        ("1..1\nok 1\n", 2, "exit code 2"),
    ],
)
def test_a_file_is_good_if_its_plan_was_kept(printed: str, code: int, problem: str | None) -> None:
    outcome = read("a.sql", printed, "", code)

    assert outcome.good is (problem is None)
    assert (problem or "") in (outcome.problem or "")


def test_a_test_that_failed_says_why_and_one_that_is_to_be_done_is_excused() -> None:
    printed = (
        '1..3\nnot ok 1 - one\n# Failed test 1: "one"\n#   have: 1\n'
        "not ok 2 - two # TODO later\n# Failed (TODO) test 2\nok 3 # SKIP no table\n"
    )

    first, second, third = read("a.sql", printed, "", 0).tests

    assert (first.good, first.said) == (False, ('Failed test 1: "one"', "have: 1"))
    assert (second.good, second.excuse) == (True, "todo: later")
    assert (third.good, third.excuse) == (True, "skip: no table")


def test_what_is_no_xml_does_not_break_the_report() -> None:
    outcome = read("a.sql", "1..1\nnot ok 1 - \x07 & <b>\n", "", 0)

    assert "&amp; &lt;b&gt;" in junit(of_database_tests([outcome]))
    assert as_tap([outcome]).splitlines()[-2:] == ["not ok 1 - a.sql", "1..1"]


@pytest.mark.parametrize(
    ("text", "prepares"),
    [
        ("begin; create table t (); select 1; rollback;", False),
        ("create extension if not exists pgtap; select plan(1);", False),
        ("begin; create table t (); commit;", True),
        ("begin; select 1; commit;", False),
        ("create function f() returns int language sql as 'select 1';", True),
        ("\\ir helpers.sql\nbegin; select plan(1); rollback;", False),
        ("this is no SQL", False),
    ],
)
def test_a_file_that_leaves_something_prepares_the_others(
    text: str, prepares: bool, tmp_path: Path
) -> None:
    (tmp_path / "supabase" / "tests").mkdir(parents=True)
    (tmp_path / "supabase" / "tests" / "a.sql").write_text(text)

    assert [one.prepares for one in find(tmp_path, ())] == [prepares]
