"""What findings come down to: one cause, whatever number of people and objects show it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from .finding import Finding
from .fix import NO_FIX, Fix, Statements
from .problem import Problem


class Harm(IntEnum):
    """What to do first: the lowest."""

    NOTHING_PROVED = 0
    ANONYMOUS_WRITE = 1
    FOREIGN_WRITE = 2
    ANONYMOUS_READ = 3
    FOREIGN_READ = 4
    UNDECLARED = 5
    LOCKED_OUT = 6
    UNTESTED = 7


@dataclass(frozen=True)
class Cause:
    """Findings that one change closes.

    Parameters:
        title: the sentence: the first finding's, or what several objects have in common.
        harm: the worst of its findings'.
        findings: the worst first.
    """

    title: str
    harm: Harm
    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The finding that is shown whole."""
        return self.findings[0]

    @property
    def problem(self) -> Problem:
        """Its kind."""
        return self.first.problem

    @property
    def identities(self) -> tuple[str, ...]:
        """Everybody who gets through, or is kept out."""
        alike = (f for f in self.findings if f.problem == self.problem)
        return tuple(dict.fromkeys(f.identity for f in alike if f.identity))

    @property
    def objects(self) -> tuple[str, ...]:
        """What it is about."""
        return tuple(dict.fromkeys(f.table for f in self.findings))

    @property
    def operations(self) -> tuple[str, ...]:
        """What gets through, or is kept from somebody."""
        return tuple(dict.fromkeys(f.operation for f in self.findings if f.operation))

    @property
    def fix(self) -> Fix:
        """What closes it, and no more: each fix once."""
        found = dict.fromkeys(f.fix for f in self.findings if isinstance(f.fix, Statements))
        if found:
            return Statements("\n".join(found))
        return next((f.fix for f in self.findings if f.fix), NO_FIX)

    @property
    def fix_tried(self) -> bool:
        """Whether every statement of it was seen to close its finding and break nothing."""
        about = [f for f in self.findings if isinstance(f.fix, Statements)]
        return bool(about) and all(f.fix_tried for f in about)
