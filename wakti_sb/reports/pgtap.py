"""A run of a project's pgTAP tests as a tree of results. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .tree import Results, Suite, Test

if TYPE_CHECKING:  # reports of policies need none of it
    from ..database_tests import Outcome
    from ..database_tests import Test as Assertion


def of_database_tests(outcomes: Sequence[Outcome]) -> Results:
    """What `wakti-sb test db` has found: a suite for each file.

    What went wrong beside a failed test is a test of its own, which could not be carried out.
    """
    good = bool(outcomes) and all(one.good for one in outcomes)
    files = sum(one.good for one in outcomes)
    return Results(
        tool="pgTAP",
        kind="pgTAP",
        title="Database tests",
        good=good,
        verdict="Every test passed." if good else "Not every test passed.",
        summary=f"{files} of {len(outcomes)} files passed",
        suites=tuple(_suite(one) for one in outcomes),
    )


def _suite(one: Outcome) -> Suite:
    tests = [_test(one.file, test) for test in one.tests]
    if one.problem is not None:
        first = one.problem.splitlines()[0]
        tests.append(Test("the file itself", "unproven", first, one.problem, one.file))
    return Suite(one.file, tuple(tests), one.seconds)


def _test(file: str, test: Assertion) -> Test:
    if not test.good:
        return Test(test.name, "failed", test.name, "\n".join(test.said), file)
    if test.excuse is not None:
        return Test(test.name, "excused", test.excuse, place=file)
    return Test(test.name, "passed", place=file)
