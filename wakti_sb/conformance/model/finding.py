"""What a run has found, and the report that holds it."""

from __future__ import annotations

from dataclasses import dataclass

from .condition import Condition
from .fix import NO_FIX, Fix
from .problem import Problem
from .root import Root
from .subject import Subject
from .verdict import Verdict


@dataclass(frozen=True)
class Finding:
    """Something that a person must look at.

    Parameters:
        id: the sentence of the first case that showed it, or of the object it is about.
        subject: what it is about.
        operation: what was tried; empty where nothing was.
        identity: who tried it.
        problem: what kind of finding it is.
        reason: what happened, in a sentence.
        policy: what let it through.
        request: the request over HTTP that reproduces it.
        sql: the statements that reproduce it, nothing left behind.
        fix: what would close it: statements, or a sentence.
        fix_tried: whether the statements were seen to close it and to break nothing else.
        cases: the ids of all cases that showed the same.
        excused: the reviewed reason why it may stay.
        root: what decided, where other objects can share it.
        condition: the text of the condition that was not tried both ways, if it is one.
    """

    id: str
    subject: Subject
    problem: Problem
    reason: str
    operation: str = ""
    identity: str = ""
    policy: str = ""
    request: str = ""
    sql: str = ""
    fix: Fix = NO_FIX
    fix_tried: bool = False
    cases: tuple[str, ...] = ()
    excused: str | None = None
    root: Root = Root.OBJECT
    condition: str = ""

    @property
    def table(self) -> str:
        """What reports call its subject."""
        return str(self.subject)


@dataclass(frozen=True)
class Timing:
    """How many cases travelled one way, and how long that took, without bringing anything up."""

    transport: str
    cases: int
    seconds: float


@dataclass(frozen=True)
class Report:
    """The whole result of a run.

    Parameters:
        verdicts: one for each case and transport, in order.
        findings: what is wrong; those excused are in `excused`.
        untested: what could not be tried, with the reason. Never safe.
        timings: how long they took, one for each transport.
    """

    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    excused: tuple[Finding, ...] = ()
    untested: tuple[tuple[str, str], ...] = ()
    timings: tuple[Timing, ...] = ()
    conditions: tuple[Condition, ...] = ()
    title: str = ""

    @property
    def seconds(self) -> float:
        """How long all cases took."""
        return sum(timing.seconds for timing in self.timings)

    @property
    def cases(self) -> int:
        """How many cases were tried."""
        return len(self.verdicts)

    @property
    def passed(self) -> int:
        """How many of them passed."""
        return sum(verdict.status == "passed" for verdict in self.verdicts)

    @property
    def leaks_first(self) -> list[Finding]:
        """The findings for a person: what somebody reaches before what somebody misses."""
        return sorted(self.findings, key=lambda finding: finding.problem == Problem.LOCKED_OUT)

    @property
    def safe(self) -> bool:
        """Whether everything was tried and nothing is wrong; a run without cases never is."""
        return bool(self.verdicts) and not self.findings and not self.untested
