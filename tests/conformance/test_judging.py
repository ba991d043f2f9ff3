"""A verdict must be earned: no denial counts without a control that got through."""

from __future__ import annotations

import pytest

from tests.conformance.catalogs import UPLOADS
from wakti_sb.conformance.model import (
    ANON,
    DENIED,
    Attempt,
    Case,
    Expectation,
    Kind,
    Outcome,
    Report,
    Select,
    Verdict,
    refusal,
)
from wakti_sb.conformance.run.judge import judge, needs_control

KEY = ("1",)
SEEN = Outcome("allowed", frozenset({KEY}))
NOTHING = Outcome("zero rows")
OWN = Expectation(frozenset({KEY}), frozenset({KEY}))


def case(expected: Expectation = DENIED, **more: object) -> Case:
    attempt = Attempt(ANON, Select(UPLOADS, ("id",)))
    values = {"family": "foreign", **more}
    return Case("t: a case", "t", "select", attempt=attempt, expected=expected, **values)  # type: ignore[arg-type]


def test_a_denial_counts_when_the_rightful_request_got_through() -> None:
    assert judge(case(), NOTHING, (SEEN,)).status == "passed"


@pytest.mark.parametrize("controls", [(), (NOTHING,), (Outcome("refused by grant"),)])
def test_a_denial_without_a_working_control_proves_nothing(controls: tuple[Outcome, ...]) -> None:
    assert judge(case(), NOTHING, controls).status == "unproven"


def test_a_row_that_must_not_be_reached_is_a_leak() -> None:
    verdict = judge(case(), SEEN, (SEEN,))
    assert verdict.status == "failed"
    assert verdict.leaked == {KEY}


def test_a_count_alone_can_leak() -> None:
    assert judge(case(family="count"), Outcome("allowed", count=1), (SEEN,)).status == "failed"


def test_a_rightful_owner_who_gets_nothing_is_locked_out() -> None:
    assert judge(case(OWN), NOTHING).status == "failed"


def test_an_error_is_no_denial() -> None:
    broken = refusal("42P17", "infinite recursion detected in policy")
    assert judge(case(), broken, (SEEN,)).status == "failed"
    timeout = refusal("57014", "canceling statement due to statement timeout")
    assert judge(case(), timeout, (SEEN,)).status == "failed"


def test_a_constraint_that_answers_first_proves_nothing_about_a_policy() -> None:
    duplicate = refusal("23505", "duplicate key value")
    assert judge(case(), duplicate, (SEEN,)).status == "unproven"


def test_a_foreign_key_may_be_what_refuses_a_foreign_parent() -> None:
    outcome = refusal("23503", "violates foreign key constraint")
    assert judge(case(family="foreign parent"), outcome, (SEEN,)).status == "passed"


def test_a_column_held_by_a_policy_alone_is_a_finding() -> None:
    column = case(family="fixed column", by=("refused by grant",))
    refused = refusal("42501", "new row violates row-level security policy")
    assert judge(column, refused, (SEEN,)).status == "failed"


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("42501", 'new row violates row-level security policy for table "t"', "refused by policy"),
        ("42501", "permission denied for table t", "refused by grant"),
        ("42501", "you shall not pass", "refused by code"),
        ("P0001", "not your team", "refused by code"),
        ("23514", "violates check constraint", "constraint"),
        ("57014", "statement timeout", "error"),
    ],
)
def test_refusals_are_told_apart(code: str, message: str, kind: Kind) -> None:
    assert refusal(code, message).kind == kind


def test_a_run_without_cases_is_never_safe() -> None:
    assert not Report((), ()).safe
    passed = Verdict(case(OWN), SEEN, "passed", "")
    assert Report((passed,), ()).safe
    assert not Report((passed,), (), untested=(("t", "no rows"),)).safe


def keys(number: int) -> frozenset[tuple[str, ...]]:
    return frozenset((str(each),) for each in range(number))


@pytest.mark.parametrize(
    ("outcome", "expected", "silent", "needed"),
    [
        (NOTHING, DENIED, False, True),
        (NOTHING, OWN, False, False),
        (NOTHING, DENIED, True, False),
        (SEEN, DENIED, False, False),
        (Outcome("error"), DENIED, False, False),
        (Outcome("refused by policy"), DENIED, False, True),
    ],
)
def test_a_control_is_tried_for_denials_that_have_to_be_earned(
    outcome: Outcome, expected: Expectation, silent: bool, needed: bool
) -> None:
    assert needs_control(case(expected, silent=silent), outcome) is needed


@pytest.mark.parametrize(
    ("told", "status", "reason"),
    [
        (1, "failed", "missed 2 rows that it may reach (allowed (1 row))"),
        (2, "failed", "missed 1 row that it may reach (allowed (2 rows))"),
        (3, "passed", "allowed (3 rows)"),
        (4, "failed", "counted 1 row out of bounds"),
    ],
)
def test_a_count_tells_as_many_rows_as_may_be_reached(told: int, status: str, reason: str) -> None:
    counted = case(Expectation(keys(3), keys(3)), family="count")
    verdict = judge(counted, Outcome("allowed", count=told))
    assert (verdict.status, verdict.reason) == (status, reason)


def test_a_denied_case_shows_the_control_that_got_through_or_else_the_first() -> None:
    refused = Outcome("refused by grant")
    assert judge(case(), NOTHING, (refused, SEEN)).control == SEEN
    assert judge(case(), NOTHING, (refused, NOTHING)).control == refused
    assert judge(case(), NOTHING).control is None
