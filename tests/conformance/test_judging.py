"""A verdict must be earned: no denial counts without a control that got through."""

from __future__ import annotations

import pytest

from tests.conformance.catalogs import UPLOADS
from wakti_sb.conformance.model import (
    ANON,
    DENIED,
    SERVICE,
    Attempt,
    Case,
    Expectation,
    Family,
    Kind,
    Outcome,
    Problem,
    Report,
    Select,
    Verdict,
    refusal,
)
from wakti_sb.conformance.run.judge import judge, needs_control, within_bounds

KEY = ("1",)
SEEN = Outcome("allowed", frozenset({KEY}))
NOTHING = Outcome("zero rows")
BY_ANON = Attempt(ANON, Select(UPLOADS, ("id",)))
BY_KEY = Attempt(SERVICE, Select(UPLOADS, ("id",)))
OWN = Expectation(frozenset({KEY}), frozenset({KEY}))


def case(expected: Expectation = DENIED, **more: object) -> Case:
    values = {"family": "foreign", **more}
    return Case("t: a case", "t", "select", attempt=BY_ANON, expected=expected, **values)  # type: ignore[arg-type]


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


@pytest.mark.parametrize("refused", ["zero rows", "refused by policy", "refused by grant"])
@pytest.mark.parametrize(
    ("controls", "let_in", "proved"),
    [
        ((BY_ANON, BY_KEY), (NOTHING, SEEN), False),
        ((BY_KEY, BY_ANON), (SEEN, NOTHING), False),
        ((BY_KEY, BY_ANON), (SEEN, SEEN), True),
        ((BY_ANON, BY_KEY), (SEEN, NOTHING), True),
        ((BY_ANON, BY_KEY), (SEEN,), True),
        ((BY_KEY, BY_ANON), (SEEN,), True),  # nobody else was asked
        ((BY_KEY,), (SEEN,), True),
        ((BY_KEY,), (NOTHING,), False),
        ((), (SEEN,), True),
        ((BY_KEY,), (SEEN, SEEN), True),
        ((BY_ANON,), (NOTHING, SEEN), True),
    ],
)
def test_the_secret_key_proves_a_denial_where_nobody_else_may_or_a_privilege_refused(
    refused: Kind, controls: tuple[Attempt, ...], let_in: tuple[Outcome, ...], proved: bool
) -> None:
    verdict = judge(case(controls=controls), Outcome(refused), let_in)
    by_privilege = refused == "refused by grant" and SEEN in let_in
    assert (verdict.status == "passed") is (proved or by_privilege)


def test_what_the_secret_key_could_do_is_not_shown_for_what_is_missing() -> None:
    controls = (BY_ANON, BY_KEY)
    verdict = judge(case(controls=controls), NOTHING, (Outcome("refused by policy"), SEEN))
    assert verdict.status == "unproven"
    assert verdict.control == Outcome("refused by policy")
    told = "denied, but the rightful request was answered with refused by policy"
    assert (verdict.problem, verdict.reason) == (Problem.UNPROVEN, told)
    assert judge(case(), NOTHING).reason == "denied, but nothing was tried"


@pytest.mark.parametrize("code", ["23502", "23503", "23505", "23514", "23P01", "23000"])
@pytest.mark.parametrize("family", Family)
def test_a_constraint_counts_only_where_it_is_part_of_the_defence(
    family: Family, code: str
) -> None:
    verdict = judge(case(family=family), refusal(code, "violates a constraint"), (SEEN,))
    defends = {
        Family.NOBODYS_NAME: ("23502", "23514"),
        Family.FOREIGN_PARENT: ("23503",),
        Family.ANOTHERS_NAME: ("23503",),
    }
    if code in defends.get(family, ()):
        assert (verdict.status, verdict.problem) == ("passed", None)
    else:
        assert (verdict.status, verdict.problem) == ("unproven", Problem.UNPROVEN)
        assert (
            verdict.reason == "a constraint answered before any policy did: violates a constraint"
        )


def test_a_refusal_with_the_code_of_no_constraint_needs_no_defence() -> None:
    refused = refusal("42501", "new row violates row-level security policy")
    assert judge(case(family=Family.NOBODYS_NAME), refused, (SEEN,)).status == "passed"


@pytest.mark.parametrize(
    ("expected", "silent", "outcome", "status", "problem"),
    [
        (DENIED, False, Outcome("error", message="boom"), "failed", Problem.NO_VERDICT),
        (OWN, False, Outcome("error", message="boom"), "failed", Problem.NO_VERDICT),
        (DENIED, False, SEEN, "failed", Problem.LEAK),
        (DENIED, True, SEEN, "failed", Problem.LEAK),
        (OWN, False, NOTHING, "failed", Problem.LOCKED_OUT),
        (OWN, True, NOTHING, "failed", Problem.LOCKED_OUT),
        (OWN, False, SEEN, "passed", None),
        (Expectation(frozenset({KEY})), False, SEEN, "passed", None),
        (Expectation(frozenset({KEY})), False, NOTHING, "unproven", Problem.UNPROVEN),
        (DENIED, True, NOTHING, "passed", None),
        (DENIED, True, Outcome("refused by policy"), "passed", None),
    ],
)
def test_each_verdict_has_its_kind_of_problem(
    expected: Expectation, silent: bool, outcome: Outcome, status: str, problem: Problem | None
) -> None:
    verdict = judge(case(expected, silent=silent), outcome)
    assert (verdict.status, verdict.problem) == (status, problem)
    if problem == Problem.NO_VERDICT:
        assert verdict.reason == "no verdict, the database gave up: boom"
    if status == "passed":
        assert verdict.reason == str(outcome)


def test_a_refusal_of_the_kind_that_a_column_asks_for_counts() -> None:
    column = case(family="fixed column", by=("refused by grant",))
    assert judge(column, Outcome("refused by grant"), (SEEN,)).problem is None
    stopped = judge(column, NOTHING, (SEEN,))
    assert stopped.problem == Problem.LEAK
    assert stopped.reason == "the column is granted, something else stopped it: zero rows"
    assert judge(case(), NOTHING, (SEEN,)).reason == "zero rows"


def test_a_verdict_tells_how_many_rows_were_out_of_bounds_or_missed() -> None:
    three = Outcome("allowed", keys(3))
    one = Expectation(keys(1), keys(1))
    assert judge(case(one), three).reason == "reached 2 rows out of bounds"
    assert judge(case(DENIED), SEEN).reason == "reached 1 row out of bounds"
    all_of_them = Expectation(keys(3), keys(3))
    assert judge(case(all_of_them), Outcome("allowed", keys(1))).reason == (
        "missed 2 rows that it may reach (allowed (1 row))"
    )
    assert judge(case(all_of_them), Outcome("allowed", keys(4))).problem == Problem.LEAK


def test_rows_beyond_those_that_are_known_are_not_judged() -> None:
    limited = Expectation(keys(1), keys(1), known=keys(2))
    assert judge(case(limited), Outcome("allowed", keys(1) | {("elsewhere",)})).status == "passed"
    assert judge(case(limited), Outcome("allowed", keys(2))).problem == Problem.LEAK


@pytest.mark.parametrize("family", ["foreign", "count"])
@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_number_alone_counts_in_a_case_that_asks_for_it(family: str, count: int) -> None:
    verdict = judge(case(family=family), Outcome("allowed", count=count), (SEEN,))
    assert (verdict.problem == Problem.LEAK) is (family == "count" and count > 0)
    if count and family == "count":
        some = Expectation(keys(2))
        told = judge(case(some, family=family), Outcome("allowed", count=count))
        assert told.status == "passed"
        assert judge(case(some, family=family), Outcome("zero rows")).status == "unproven"


@pytest.mark.parametrize(
    ("outcome", "family", "within"),
    [
        (NOTHING, "foreign", True),
        (SEEN, "foreign", False),
        (Outcome("error"), "foreign", False),
        (Outcome("refused by grant"), "foreign", True),
        (Outcome("allowed", count=1), "count", False),
        (Outcome("allowed", count=1), "foreign", True),
        (Outcome("zero rows"), "count", True),
    ],
)
def test_what_gets_through_or_gives_up_is_not_within_bounds(
    outcome: Outcome, family: str, within: bool
) -> None:
    assert within_bounds(case(family=family), outcome) is within
    assert needs_control(case(family=family), outcome) is within
    may = Expectation(frozenset({KEY}), frozenset({KEY}))
    assert within_bounds(case(may, family=family), outcome) is (outcome.kind != "error")


def test_a_verdict_names_the_way_its_case_travelled() -> None:
    assert judge(case(), NOTHING, (SEEN,)).transport == "sql"
    assert judge(case(), NOTHING, (SEEN,), "client").transport == "client"
