"""A condition of a policy, and what it was seen to be."""

from __future__ import annotations

from dataclasses import dataclass

from .subject import Subject, SubjectKind


@dataclass(frozen=True)
class Condition:
    """One atomic condition.

    Parameters:
        subject: the table whose policy it is, the view or the function.
        policy: its name; empty for a condition of a view or a function.
        new_rows: whether it is asked about rows as they would be (WITH CHECK).
        text: as PostgreSQL prints it; empty for a policy that could not be read.
        never: what it never was: `true`, `false` or both, for a caller who must be refused.
        reason: why not.
    """

    subject: Subject
    policy: str
    new_rows: bool
    text: str
    never: tuple[str, ...] = ()
    reason: str = ""

    @property
    def clause(self) -> str:
        """Where in it the condition stands."""
        if self.subject.kind is SubjectKind.VIEW:
            return "where"
        if self.subject.kind is SubjectKind.FUNCTION:
            return "body"
        return "with check" if self.new_rows else "using"

    @property
    def both_ways(self) -> bool:
        """Whether it was tried both ways."""
        return not self.never and not self.reason
