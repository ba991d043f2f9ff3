"""What lint found, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file; line and column count characters and begin at 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that somebody should look at.

    Parameters:
        rule: its name, as `[lint.off]` knows it.
        message: what is there.
        remedy: what to write instead.
    """

    rule: str
    file: str
    line: int
    column: int
    message: str
    remedy: str

    @classmethod
    def at(cls, place: Place, rule: str, message: str, remedy: str) -> Finding:
        """A finding at a place."""
        return cls(rule, place.file, place.line, place.column, message, remedy)

    def as_dict(self) -> dict[str, str | int]:
        """For JSON."""
        return asdict(self)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, by file and line."""
    return tuple(
        sorted(set(findings), key=lambda f: (f.file, f.line, f.column, f.rule, f.message, f.remedy))
    )
