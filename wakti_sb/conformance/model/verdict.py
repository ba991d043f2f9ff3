"""What one case has shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .case import Case, Key
from .outcome import Outcome
from .problem import Problem

Status = Literal["passed", "failed", "unproven"]


@dataclass(frozen=True)
class Verdict:
    """What one case has shown.

    `status` unproven means that nothing was shown at all; like failed, it is never safe.
    `problem` is what is wrong, where something is. `decided_by` names the policy, grant or other
    rule that PostgreSQL applied.
    """

    case: Case
    outcome: Outcome
    status: Status
    reason: str
    problem: Problem | None = None
    transport: str = "sql"
    control: Outcome | None = None
    decided_by: str = ""

    @property
    def leaked(self) -> frozenset[Key]:
        """Rows that were reached and must not be."""
        return beyond(self.case, self.outcome)


def beyond(case: Case, outcome: Outcome) -> frozenset[Key]:
    """The rows that were reached and must not be."""
    known = case.expected.known
    reached = outcome.rows if known is None else outcome.rows & known
    return reached - case.expected.may
