"""What every report shows: the tests of a run, the pictures they make, what has to be mended. Pure.

Each kind of run becomes such a tree (`policies.py`, `suite.py`, `pgtap.py`); the writers know no
other type.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Status = Literal["passed", "failed", "unproven", "excused"]
WORST_FIRST: tuple[Status, ...] = ("failed", "unproven", "excused", "passed")
SIGNS: dict[Status, str] = {"passed": "✓", "failed": "✗", "unproven": "?", "excused": "~"}


@dataclass(frozen=True)
class Fact:
    """Something that is known about a test or an issue.

    Parameters:
        title: what the text is.
        text: the fact.
        kind: `words`, the `name` of something in the database, or `code` to be copied.
    """

    title: str
    text: str
    kind: Literal["words", "name", "code"] = "words"


@dataclass(frozen=True)
class Test:
    """One test.

    Parameters:
        name: says as a sentence what is claimed.
        status: `unproven` where it could not be carried out.
        reason: why it did not pass, why it is excused, or what a test that passed has shown.
        detail: more lines of the reason.
        cause: what it did not pass for, the same words for all tests with that cause.
        kind: what is wrong, in a word or two.
        place: what it belongs to, as JUnit's `classname` says it.
        seconds: it took; None where single tests are not timed.
        way: how the request travelled, where there is more than one way.
        facts: what a person looks at who wants to understand it.
    """

    __test__ = False  # not one of pytest's

    name: str
    status: Status
    reason: str = ""
    detail: str = ""
    cause: str = ""
    kind: str = ""
    place: str = ""
    seconds: float | None = None
    way: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Suite:
    """The tests of one object, area or file.

    Parameters:
        name: of the object, the area or the file.
        tests: in the order in which they were tried.
        seconds: they took together; None where that is not known.
    """

    name: str
    tests: tuple[Test, ...]
    seconds: float | None = None


@dataclass(frozen=True)
class Cell:
    """The tests of one field of a picture.

    Parameters:
        tests: at least one.
        word: stands beside the sign: `may` and `no`, or how many tests there are.
        opened: whether the model opens anything here; None where that is no question.
    """

    tests: tuple[Test, ...]
    word: str
    opened: bool | None = None

    @property
    def status(self) -> Status:
        """The worst of its tests."""
        return _worst(test.status for test in self.tests)

    @property
    def text(self) -> str:
        """What the field shows."""
        return f"{SIGNS[self.status]} {self.word}"


@dataclass(frozen=True)
class Grid:
    """A picture: rows by columns.

    Parameters:
        name: of the object or the area.
        corner: what the rows are.
        columns: their headings.
        rows: heading and fields; None where there was nothing to try.
    """

    name: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]

    @property
    def status(self) -> Status:
        """The worst of its fields."""
        return _worst(cell.status for _, row in self.rows for cell in row if cell is not None)


@dataclass(frozen=True)
class Condition:
    """One condition of a policy: whether it was true, and false, for who must be refused.

    Parameters:
        text: as PostgreSQL prints it.
        seen_true, seen_false: what it was.
        reason: why not both.
    """

    text: str
    seen_true: bool
    seen_false: bool
    reason: str = ""

    @property
    def mark(self) -> str:
        """It in one character: full, half or empty."""
        return "○◐●"[self.seen_true + self.seen_false]


@dataclass(frozen=True)
class Policy:
    """The conditions of one clause of a policy.

    Parameters:
        table: the policy's.
        name: the policy's.
        clause: `using` or `with check`.
        conditions: in the order in which the clause has them.
    """

    table: str
    name: str
    clause: str
    conditions: tuple[Condition, ...]

    @property
    def both_ways(self) -> int:
        """How many of them were tried both ways."""
        return sum(each.seen_true and each.seen_false for each in self.conditions)

    @property
    def marks(self) -> str:
        """All of them, a character each."""
        return "".join(each.mark for each in self.conditions)


@dataclass(frozen=True)
class Issue:
    """Something that a person has to mend.

    Parameters:
        claim: the sentence that is not so.
        reason: what happened instead.
        tag: the kind of it; empty where there is only one kind.
        who: everybody to whom it happened.
        decided_by: the policy, grant or rule that let it happen.
        fix: what would close it: statements or a sentence.
        runs: whether the fix can be run.
        tried: whether it was run, closed this and broke nothing.
        reproduce: requests and statements that show it.
        others: further claims that are not so for the same cause, each with its reason.
    """

    claim: str
    reason: str
    tag: str = ""
    who: tuple[str, ...] = ()
    decided_by: str = ""
    fix: str = ""
    runs: bool = False
    tried: bool = False
    reproduce: tuple[Fact, ...] = ()
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Results:
    """A whole run.

    Parameters:
        tool: the command: `wakti-sb rls`.
        kind: what was tried, in a few words.
        title: of the pictures.
        good: whether everything was tried and nothing is wrong.
        verdict: that, as a sentence for a person.
        summary: how many of how many passed.
        figures: further numbers, each with what it counts.
        suites: all tests.
        grids: the pictures of them.
        together: where the pictures are one table, what their names are; empty where each stands
            alone.
        legend: what word and sign of a field mean.
        conditions: policies by their clauses.
        issues: what has to be mended.
        excused: what may stay as it is, with the reviewed reason.
        seconds: the tests took together; None where that is not known.
    """

    tool: str
    kind: str
    title: str
    good: bool
    verdict: str
    summary: str
    suites: tuple[Suite, ...]
    figures: tuple[tuple[str, str], ...] = ()
    grids: tuple[Grid, ...] = ()
    together: str = ""
    legend: tuple[tuple[str, str], ...] = ()
    conditions: tuple[Policy, ...] = ()
    issues: tuple[Issue, ...] = ()
    excused: tuple[tuple[str, str], ...] = ()
    seconds: float | None = None

    @property
    def both_ways(self) -> tuple[int, int]:
        """How many conditions were tried both ways, and how many there are."""
        tried = sum(policy.both_ways for policy in self.conditions)
        return tried, sum(len(policy.conditions) for policy in self.conditions)


def _worst(statuses: Iterable[Status]) -> Status:
    found = set(statuses)
    return next(status for status in WORST_FIRST if status in found)
