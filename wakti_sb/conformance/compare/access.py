"""What everybody reaches in one state of a database, and what has changed between two. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from ...spec import Operation, Relation
from ..model import Identity


class Severity(IntEnum):
    """How much a change matters; a higher one comes first."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Known:
    """A row that both states may hold.

    Parameters:
        person: the label of whom it belongs to; empty where it belongs to nobody.
        world: whose side it is on.
        words: what is special about it: `not published`.
    """

    person: str = ""
    world: str = ""
    words: str = ""


@dataclass(frozen=True)
class Reach:
    """What one person reaches by one operation: labels of rows, and columns of them."""

    rows: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Tried:
    """An attempt that is no plain statement: a function, a file, a write through a view."""

    subject: str
    operation: str
    who: str
    kind: str
    own: bool
    reached: bool


@dataclass(frozen=True)
class Access:
    """Everything that was measured in one state.

    Parameters:
        columns: those of each table that the API shows.
        rows: the rows of each, by label.
        reach: by table, operation and the label of a person.
        calls: by the id of the case.
        settings: what opens something although nobody tries it now, as sentences.
        untested: what could not be tried, and why.
        belonging: tables whose rows belong to somebody.
        hidden: columns that the model keeps from everybody.
        deciding: columns that say whose a row is, or what somebody may do.
    """

    people: Mapping[str, Identity]
    columns: Mapping[Relation, frozenset[str]]
    rows: Mapping[Relation, Mapping[str, Known]]
    reach: Mapping[tuple[Relation, Operation, str], Reach]
    calls: Mapping[str, Tried] = field(default_factory=dict)
    settings: Mapping[str, Severity] = field(default_factory=dict)
    untested: Mapping[str, str] = field(default_factory=dict)
    belonging: frozenset[Relation] = frozenset()
    hidden: frozenset[tuple[Relation, str]] = frozenset()
    deciding: frozenset[tuple[Relation, str]] = frozenset()


@dataclass(frozen=True)
class Change:
    """Somebody gains or loses something.

    Parameters:
        object: the table, view, function or bucket, as sentences call it.
        gained: whether it is new; else it is gone.
        who: the people, as a sentence names them.
        sentence: the whole of it.
    """

    severity: Severity
    object: str
    operation: str
    gained: bool
    who: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class Difference:
    """What has changed, the worst first; what could not be compared, and why."""

    changes: tuple[Change, ...]
    untested: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def worst(self) -> Severity | None:
        """The severity of the worst change; None if nothing has changed."""
        return max((change.severity for change in self.changes), default=None)
