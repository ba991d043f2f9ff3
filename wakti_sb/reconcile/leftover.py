"""What is left over when a row and its object part."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["object-without-row", "row-without-object", "stale-reservation", "project-gone"]

_EXPLANATIONS: dict[Kind, str] = {
    "object-without-row": "an object that no row of its project names, older than an hour",
    "row-without-object": "a row that says a file is stored, whose object is not there",
    "stale-reservation": "room that an upload reserved more than 15 minutes ago and never used",
    "project-gone": "an object of a project that is not there any more",
}


def explain(kind: Kind) -> str:
    """What leftovers of this kind are."""
    return _EXPLANATIONS[kind]


@dataclass(frozen=True)
class Leftover:
    """One of them.

    Parameters:
        kind: how the two parted.
        path: where the object is, or should be, in the bucket.
        project: the project that the path or the row names.
        row: the id of the row; None where there is none.
        size: bytes of the object, or those that the row counts.
    """

    kind: Kind
    path: str
    project: str
    row: str | None
    size: int

    def as_dict(self) -> dict[str, Any]:
        """The same for a machine."""
        return asdict(self)
