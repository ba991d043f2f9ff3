"""Findings come down to causes: what one change closes, the most harmful first."""

from __future__ import annotations

import pytest

from wakti_sb.conformance.findings import causes
from wakti_sb.conformance.findings.causes import harm
from wakti_sb.conformance.model import (
    Advice,
    Finding,
    Harm,
    Problem,
    Root,
    Statements,
    Subject,
    SubjectKind,
)


def finding(
    table: str = "public.t",
    problem: Problem = Problem.LEAK,
    operation: str = "select",
    policy: str = "p",
    identity: str = "another owner",
    root: Root = Root.OBJECT,
    number: int = 0,
    **more: object,
) -> Finding:
    return Finding(
        f"{table} {problem} {operation} {identity} {policy} {number}",
        Subject(table),
        problem,
        "because",
        operation,
        identity,
        policy,
        root=root,
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("problem", "operation", "identity", "worst"),
    [
        (Problem.NO_VERDICT, "select", "anon", Harm.NOTHING_PROVED),
        (Problem.BYPASS, "", "", Harm.NOTHING_PROVED),
        (Problem.LEAK, "insert", "anon", Harm.ANONYMOUS_WRITE),
        (Problem.LEAK, "delete", "another owner", Harm.FOREIGN_WRITE),
        (Problem.LEAK, "upsert", "zoe", Harm.FOREIGN_WRITE),
        (Problem.LEAK, "select", "anon", Harm.ANONYMOUS_READ),
        (Problem.LEAK, "execute", "anon", Harm.ANONYMOUS_READ),
        (Problem.LEAK, "", "anon", Harm.ANONYMOUS_READ),
        (Problem.LEAK, "select", "another owner", Harm.FOREIGN_READ),
        (Problem.LEAK, "select", "a stranger", Harm.FOREIGN_READ),
        (Problem.DISAGREEMENT, "update", "anon", Harm.ANONYMOUS_WRITE),
        (Problem.DISAGREEMENT, "select", "the owner", Harm.FOREIGN_READ),
        (Problem.UNDECLARED, "", "", Harm.UNDECLARED),
        (Problem.MISSING, "", "", Harm.UNDECLARED),
        (Problem.LOCKED_OUT, "select", "the owner", Harm.LOCKED_OUT),
        (Problem.UNTESTED, "", "", Harm.UNTESTED),
        (Problem.UNPROVEN, "select", "anon", Harm.UNTESTED),
        (Problem.CONDITION, "", "", Harm.UNTESTED),
        (Problem.LEFT_BEHIND, "", "", Harm.UNTESTED),
    ],
)
def test_the_harm_of_a_finding_goes_by_who_does_what(
    problem: Problem, operation: str, identity: str, worst: Harm
) -> None:
    assert harm(finding(problem=problem, operation=operation, identity=identity)) is worst


def sizes(*found: Finding) -> list[int]:
    return [len(cause.findings) for cause in causes(found)]


def test_one_policy_that_lets_several_people_through_is_one_cause() -> None:
    (cause,) = causes([finding(), finding(identity="anon"), finding(identity="anon", number=1)])
    assert cause.identities == ("anon", "another owner")  # the worst first
    assert cause.harm is Harm.ANONYMOUS_READ
    assert cause.title == "public.t leak select anon p 0"
    assert cause.problem is Problem.LEAK


@pytest.mark.parametrize(
    "other",
    [
        finding("public.u"),
        finding(operation="update"),
        finding(problem=Problem.LOCKED_OUT),
        finding(policy="q"),
        finding(policy="", number=1),
    ],
)
def test_another_object_operation_problem_or_policy_is_another_cause(other: Finding) -> None:
    assert sizes(finding(), other) == [1, 1]


def test_findings_without_a_policy_stand_alone() -> None:
    assert sizes(finding(policy=""), finding(policy="", number=1)) == [1, 1]


def test_a_policy_that_is_a_part_of_several_decisions_joins_them() -> None:
    assert sizes(finding(policy="p, q"), finding(policy="p")) == [2]
    assert sizes(finding(policy="p"), finding(policy="p, q"), finding(policy="p, r")) == [3]
    # What they have in common is what one change closes: q alone is no part of all of them.
    assert sizes(finding(policy="p, q"), finding(policy="p"), finding(policy="q")) == [2, 1]
    assert sizes(finding(policy="p, q"), finding("public.u", policy="p")) == [1, 1]
    assert sizes(finding(policy="p, q"), finding(policy="p", operation="update")) == [1, 1]
    assert sizes(finding(policy="a"), finding(policy="p, q"), finding(policy="p")) == [1, 2] or (
        sizes(finding(policy="a"), finding(policy="p, q"), finding(policy="p")) == [2, 1]
    )


def test_what_could_not_be_tried_is_one_cause_for_each_object() -> None:
    for problem in (Problem.UNTESTED, Problem.CONDITION, Problem.UNPROVEN):
        one, other = finding(problem=problem), finding(problem=problem, operation="update")
        assert sizes(one, other, finding("public.u", problem)) == [2, 1]
        assert sizes(one, finding(problem=problem, policy="q")) == [2]


def test_a_denial_that_nobody_could_prove_belongs_to_who_is_kept_out() -> None:
    locked = finding(problem=Problem.LOCKED_OUT, identity="the owner")
    unproven = finding(problem=Problem.UNPROVEN, identity="anon", policy="")
    (cause,) = causes([unproven, locked])
    assert cause.findings == (locked, unproven)
    assert cause.identities == ("the owner",)
    assert sizes(locked, finding(problem=Problem.UNPROVEN, operation="update")) == [1, 1]
    assert sizes(locked, finding(problem=Problem.UNTESTED)) == [1, 1]
    leaked = finding(problem=Problem.LEAK)
    assert sizes(leaked, unproven) == [1, 1]


@pytest.mark.parametrize(
    ("root", "number", "title"),
    [
        (Root.RLS_OFF, 2, "row level security is off on 2 tables: t0, t1"),
        (Root.RLS_OFF, 1, "public.t0 leak select another owner p 0"),
        (Root.RLS_OFF, 5, "row level security is off on 5 tables: t0, t1, t2, t3, t4"),
        (Root.RLS_OFF, 7, "row level security is off on 7 tables: t0, t1, t2, t3, t4 and 2 more"),
        (Root.VIEW_OWNER, 2, "views read with their owner's rights: t0, t1"),
        (Root.UNDECLARED, 2, "nobody described these tables: t0, t1"),
        (Root.NOT_SERVED, 2, "a trigger or a function calls what is not served here: t0, t1"),
    ],
)
def test_what_several_objects_have_in_common_is_one_cause(
    root: Root, number: int, title: str
) -> None:
    found = [finding(f"public.t{each}", root=root) for each in range(number)]
    (cause,) = causes(found)
    assert cause.title == title
    assert cause.objects == tuple(f"public.t{each}" for each in range(number))


def test_what_decided_for_one_object_only_joins_no_others() -> None:
    assert sizes(finding("public.t"), finding("public.u")) == [1, 1]
    across = finding("public.t", root=Root.RLS_OFF)
    assert sizes(across, finding("public.u", root=Root.VIEW_OWNER)) == [1, 1]
    assert sizes(across, finding("public.u", Problem.LOCKED_OUT, root=Root.RLS_OFF)) == [1, 1]
    served = finding("public.t", root=Root.NOT_SERVED)
    assert sizes(served, finding("public.u", Problem.UNPROVEN, root=Root.NOT_SERVED)) == [2]


def test_undescribed_objects_of_one_kind_are_one_cause() -> None:
    tables = [
        Finding(f"{n}: x", Subject(n), Problem.UNDECLARED, "r", root=Root.UNDECLARED)
        for n in ("public.a", "public.b")
    ]
    view = Subject("public.v", SubjectKind.VIEW)
    found = causes([*tables, Finding("v: x", view, Problem.UNDECLARED, "r", root=Root.UNDECLARED)])
    assert [cause.objects for cause in found] == [("public.a", "public.b"), ("public.v",)]


def test_causes_come_the_most_harmful_first_and_then_those_of_most_objects() -> None:
    read, write = finding("public.a"), finding("public.b", operation="update")
    locked = finding("public.c", Problem.LOCKED_OUT)
    assert [c.objects[0] for c in causes([locked, read, write])] == [
        "public.b",
        "public.a",
        "public.c",
    ]
    many = [finding(f"public.m{each}", root=Root.RLS_OFF) for each in range(3)]
    assert [len(cause.objects) for cause in causes([read, *many])] == [3, 1]
    assert causes([]) == ()


def test_a_cause_is_closed_by_each_of_its_fixes_once() -> None:
    drop = Statements("drop policy p on t;")
    found = [
        finding(fix=drop, fix_tried=True),
        finding(identity="anon", fix=drop, fix_tried=True),
        finding(identity="b", fix=Statements("second;"), fix_tried=True),
        finding(identity="c", fix=Advice("look")),
    ]
    (cause,) = causes(found)
    assert cause.fix == "drop policy p on t;\nsecond;"
    assert cause.fix_tried
    assert not causes([*found, finding(identity="d", fix=drop)])[0].fix_tried
    (advised,) = causes(found[3:])
    assert (advised.fix, advised.fix_tried) == (Advice("look"), False)
    assert causes([finding()])[0].fix == ""
    assert cause.operations == ("select",)
