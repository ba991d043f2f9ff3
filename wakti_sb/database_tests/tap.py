"""What a file of tests printed (Test Anything Protocol), and its results. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_RESULT = re.compile(
    r"(?P<bad>not )?ok\b\s*(?P<number>\d+)?\s*(?:-\s*)?(?P<name>.*?)"
    r"(?:\s*(?<!\\)#\s*(?P<word>TODO|SKIP)\b\s*(?P<why>.*))?",
    re.IGNORECASE,
)
_PLAN = re.compile(r"1\.\.(?P<count>\d+)(?:\s+#\s*SKIP\b.*)?", re.IGNORECASE)
_BAIL_OUT = "Bail out!"


@dataclass(frozen=True, slots=True)
class Test:
    """One assertion.

    Parameters:
        good: whether it passed, or is expected not to.
        said: the lines behind it that say why it failed.
        excuse: `todo` or `skip`, with the reason.
    """

    __test__ = False  # not one of pytest's

    name: str
    good: bool
    said: tuple[str, ...] = ()
    excuse: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a file.

    Parameters:
        file: its name.
        tests: in the order in which they ran.
        problem: what went wrong beside a failed test: an error of SQL, a plan that was not kept.
        printed: everything that psql printed.
        seconds: how long it took.
    """

    file: str
    tests: tuple[Test, ...]
    problem: str | None
    printed: tuple[str, ...]
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Whether every test passed and nothing else went wrong."""
        return self.problem is None and all(test.good for test in self.tests)


def read(file: str, printed: str, errors: str, code: int, seconds: float = 0.0) -> Outcome:
    """The outcome of a file, from what psql printed and its exit code."""
    lines = printed.splitlines()
    tests, planned = _tests(lines)
    problem = None
    if errors.strip() and code != 0:
        problem = errors.strip()
    elif code != 0:
        problem = f"psql ended with exit code {code}"
    elif bail := next((line for line in lines if line.startswith(_BAIL_OUT)), None):
        problem = bail
    elif planned is None:
        problem = "it says no plan: `select plan(N)` or `no_plan()`, then `finish()`"
    elif planned != len(tests):
        problem = f"it planned {planned} tests and ran {len(tests)}"
    return Outcome(file, tests, problem, tuple(lines), seconds)


def as_tap(outcomes: Sequence[Outcome]) -> str:
    """All files as one document: each a subtest (TAP 14)."""
    lines = ["TAP version 14"]
    for number, one in enumerate(outcomes, start=1):
        lines.append(f"# Subtest: {one.file}")
        lines += [f"    {line}" for line in one.printed if line.strip()]
        if one.problem is not None:
            lines += [f"    # {line}" for line in one.problem.splitlines()]
        lines.append(f"{'' if one.good else 'not '}ok {number} - {one.file}")
    return "\n".join([*lines, f"1..{len(outcomes)}"])


def _tests(lines: Sequence[str]) -> tuple[tuple[Test, ...], int | None]:
    """The tests and how many were planned; lines of subtests are indented and do not count."""
    planned: int | None = None
    tests: list[Test] = []
    for line in lines:
        plan, result = _PLAN.fullmatch(line.rstrip()), _RESULT.fullmatch(line.rstrip())
        if plan is not None:
            planned = int(plan["count"])
        elif result is not None:
            word = (result["word"] or "").lower()
            excuse = f"{word}: {result['why']}".rstrip(": ") if word else None
            good = result["bad"] is None or word != ""
            tests.append(Test(result["name"] or f"test {len(tests) + 1}", good, (), excuse))
        elif line.startswith("#") and tests and not tests[-1].good:
            last = tests[-1]
            said = (*last.said, line.lstrip("# ").rstrip())
            tests[-1] = Test(last.name, last.good, said, last.excuse)
    return tuple(tests), planned
