"""Verdicts become findings: each once, with its fix and what excuses it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from tests.conformance.catalogs import PROJECTS, UPLOADS, catalog, projects, spec, uploads
from wakti_sb.conformance.catalog import Policy, Table
from wakti_sb.conformance.findings import (
    collect,
    disagreements,
    excuse,
    http_text,
    script,
)
from wakti_sb.conformance.model import (
    ANON,
    DENIED,
    Advice,
    Attempt,
    Case,
    Family,
    Finding,
    Identity,
    Outcome,
    Problem,
    Select,
    Statements,
    Status,
    Subject,
    Verdict,
    refusal,
)
from wakti_sb.conformance.scenario import plan
from wakti_sb.spec import Relation, parse

SEEN = Outcome("allowed", frozenset({("1",)}), 1)
OTHER = Identity("another owner", user_id="u")
SCENARIO = plan(spec(), catalog())


def case(id_: str = "a", operation: str = "select", who: Identity = OTHER, **more: Any) -> Case:
    values = {"family": Family.FOREIGN, "expected": DENIED, **more}
    attempt = Attempt(who, Select(PROJECTS, ("id",)))
    return Case(id_, Subject.table(PROJECTS), operation, attempt=attempt, **values)


def leak(of: Case, **more: Any) -> Verdict:
    values = {"outcome": SEEN, "status": "failed", "problem": Problem.LEAK, **more}
    return Verdict(of, reason=f"because of {of.id}", **values)


class Trial:
    """Tells which statements close something; None: there was no time."""

    def __init__(self, closing: str, answer: bool | None = False) -> None:
        self.closing, self.answer = closing, answer
        self.asked: list[str] = []

    def without(self, _case: Case, _table: Table, _policy: Policy) -> bool:
        return False

    def closes(self, statements: str, _cases: Iterable[Case]) -> bool | None:
        self.asked.append(statements)
        return True if self.closing in statements else self.answer


def test_cases_that_show_the_same_are_one_finding() -> None:
    first, second = leak(case("a")), leak(case("b"))
    passed = Verdict(case("c"), Outcome("zero rows"), "passed", "")
    (one,) = collect(SCENARIO, [passed, first, second])
    assert (one.id, one.reason, one.cases) == ("a", "because of a", ("a", "b"))
    assert (one.problem, one.identity, one.policy) == (Problem.LEAK, "another owner", "own")
    assert (one.subject, one.operation) == (str(PROJECTS), "select")
    assert one.request == http_text(first.case.attempt)
    assert one.sql == script(SCENARIO, first.case.attempt)
    assert collect(SCENARIO, [passed]) == ()


@pytest.mark.parametrize(
    "other",
    [
        leak(case("b", "update")),
        leak(case("b", who=ANON)),
        leak(case("b", column="name")),
        leak(case("b", family=Family.FOREIGN_PARENT, column="name")),
        leak(case("b"), problem=Problem.LOCKED_OUT),
        leak(case("b"), status="unproven", problem=Problem.UNPROVEN),
        leak(replace(case("b"), subject=Subject.table(UPLOADS))),
    ],
)
def test_another_subject_operation_person_problem_or_column_is_another_finding(
    other: Verdict,
) -> None:
    assert len(collect(SCENARIO, [leak(case("a")), other])) == 2


def test_leaks_by_other_columns_are_other_findings() -> None:
    found = [leak(case("a", column="name")), leak(case("b", column="id")), leak(case("c"))]
    assert len(collect(SCENARIO, found)) == 3


def test_leaks_of_other_families_are_one_finding_and_unproven_cases_are_not() -> None:
    counted = case("b", family=Family.COUNT)
    assert len(collect(SCENARIO, [leak(case("a")), leak(counted)])) == 1
    values = {"status": "unproven", "problem": Problem.UNPROVEN}
    assert len(collect(SCENARIO, [leak(case("a"), **values), leak(counted, **values)])) == 2
    values = {"problem": Problem.LOCKED_OUT}
    assert len(collect(SCENARIO, [leak(case("a"), **values), leak(counted, **values)])) == 2
    assert [f.problem for f in collect(SCENARIO, [leak(case("a"), problem=None)])] == [
        Problem.UNPROVEN
    ]


def test_an_error_of_the_database_is_one_finding_whoever_meets_it() -> None:
    values = {"problem": Problem.NO_VERDICT, "outcome": refusal("57014", "timeout")}
    met = [leak(case("a"), **values), leak(case("b", "update", ANON), **values)]
    assert len(collect(SCENARIO, met)) == 1
    other = leak(case("b"), problem=Problem.NO_VERDICT, outcome=refusal("57014", "another"))
    assert len(collect(SCENARIO, [met[0], other])) == 2


def test_tables_whose_policies_ask_each_other_are_one_finding_about_their_own_requests() -> None:
    through = [
        replace(t, policies=(Policy("p", "all", True, ("authenticated",), f"exists {q}", None),))
        for t, q in (
            (projects(), "(select from project_uploads)"),
            (uploads(), "(select from projects)"),
        )
    ]
    bystander = replace(
        projects(), relation=Relation("public.other"),
        policies=(Policy("o", "all", True, ("public",), "exists (select from projects)", None),),
    )  # fmt: skip
    there = replace(SCENARIO, catalog=catalog(*through, bystander))
    values = {"problem": Problem.NO_VERDICT, "outcome": refusal("42P17", "infinite recursion")}
    elsewhere = replace(
        case("b"), subject=Subject("public.other"),
        attempt=Attempt(OTHER, Select(Relation("public.other"), ("id",))),
    )  # fmt: skip
    (one,) = collect(there, [leak(elsewhere, **values), leak(case("a"), **values)])
    assert (one.id, one.cases) == ("a", ("a", "b"))
    assert one.reason == "because of a; so does what asks public.other"
    assert one.policy == "p, p"
    unproven = leak(
        case("c"), problem=Problem.UNPROVEN, status="unproven",
        outcome=Outcome("zero rows"), control=values["outcome"],
    )  # fmt: skip
    (met,) = collect(there, [unproven, leak(case("a"), **values)])
    assert met.cases == ("a", "c")


@pytest.mark.parametrize(
    ("trial", "start", "tried"),
    [
        (None, "drop policy", False),
        (Trial("create policy"), "drop policy", True),
        (Trial("drop policy"), "drop policy", True),
        (Trial("nothing"), "-- A start: by itself it does not close everything", False),
        (Trial("nothing", None), "-- Not tried: there were more findings than time", False),
    ],
)
def test_the_first_fix_that_was_seen_to_close_a_finding_is_proposed(
    trial: Trial | None, start: str, tried: bool
) -> None:
    (one,) = collect(SCENARIO, [leak(case("a"))], trial)
    assert isinstance(one.fix, Statements)
    assert one.fix.startswith(start)
    assert one.fix_tried is tried
    if trial is not None and trial.closing == "create policy":
        assert "create policy" in one.fix
        assert len(trial.asked) == 2
    if trial is not None and not tried:
        assert "create policy" in one.fix  # the one that changes most
    if trial is not None and trial.answer is None:
        assert len(trial.asked) == 1


def test_advice_is_given_where_no_statement_closes_it() -> None:
    view = replace(projects(), kind="v", invoker=True, policies=())
    there = replace(SCENARIO, catalog=catalog(view, uploads()))
    trial = Trial("anything")
    (one,) = collect(there, [leak(case("a"))], trial)
    assert isinstance(one.fix, Advice)
    assert (one.fix_tried, trial.asked) == (False, [])


TODAY = datetime.date(2026, 6, 15)


@pytest.mark.parametrize(
    ("about", "finding", "until", "stands"),
    [
        ("public.projects", None, None, False),
        ("projects", None, None, False),
        ("public.other", None, None, True),
        ("public.projects", "a", None, False),
        ("public.projects", "b", None, False),  # one of its cases
        ("public.projects", "c", None, True),
        ("public.projects", None, TODAY, False),
        ("public.projects", None, TODAY - datetime.timedelta(days=1), True),
        ("public.projects", None, TODAY + datetime.timedelta(days=1), False),
    ],
)
def test_an_excuse_counts_for_its_object_or_finding_until_its_last_day(
    about: str, finding: str | None, until: datetime.date | None, stands: bool
) -> None:
    text = f"[[excuse]]\nobject = '{about}'\nreason = 'reviewed'\n"
    text += f"finding = '{finding}'\n" if finding else ""
    text += f"until = {until}\n" if until else ""
    one = Finding("a", Subject("public.projects"), Problem.LEAK, "r", cases=("a", "b"))
    standing, excused = excuse([one], parse(text), TODAY)
    assert (len(standing), len(excused)) == ((1, 0) if stands else (0, 1))
    for each in excused:
        assert each.excused == ("reviewed" if until is None else f"reviewed (until {until})")
    for each in standing:
        over = until is not None
        assert each.reason == (f"r (excused until {until})" if over else "r")


@pytest.mark.parametrize("about", ["public.f(uuid)", "public.f", "f", "f(uuid)"])
def test_a_function_is_excused_with_its_types_or_without(about: str) -> None:
    one = Finding("a", Subject("public.f(uuid)"), Problem.LEAK, "r")
    text = f"[[excuse]]\nobject = '{about}'\nreason = 'r'\n"
    assert len(excuse([one], parse(text), TODAY)[1]) == 1


def test_the_last_of_several_excuses_that_have_ended_is_named() -> None:
    one = Finding("a", Subject("public.t"), Problem.LEAK, "r")
    text = "".join(
        f"[[excuse]]\nobject = 't'\nreason = 'r'\nuntil = {day}\n"
        for day in ("2026-01-02", "2026-03-04", "2026-02-03")
    )
    ((standing,), ()) = excuse([one], parse(text), TODAY)
    assert standing.reason == "r (excused until 2026-03-04)"


def test_ways_that_differ_are_a_finding_for_each_operation() -> None:
    sql = [leak(case("a")), leak(case("b")), leak(case("c")), leak(case("d", "update"))]
    statuses: tuple[Status, ...] = ("passed", "passed", "failed", "passed")
    client = [
        replace(each, status=status, reason=f"else {each.case.id}", transport="client")
        for each, status in zip(sql, statuses, strict=True)
    ]
    only = replace(client[0], case=case("not over SQL"))
    first, second = disagreements(sql, [only, *client])
    assert (first.id, first.cases) == ("a (transports disagree)", ("a", "b"))
    assert first.problem is Problem.DISAGREEMENT
    assert first.reason == "over SQL: because of a; through the client: else a"
    assert (second.operation, second.cases) == ("update", ("d",))
    assert list(disagreements(sql, sql)) == []
