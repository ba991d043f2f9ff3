"""What stands between a live project's rows and our tables."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Choice = Literal["keep", "quarantine"]
Settler = Literal["adopt", "migrate", "nobody"]

# In the order in which a person would ask: what is in it, who sends to it, who logs in.
TABLES = {
    "project_backends": "user_id",
    "project_uploads": "user_id",
    "project_form_submissions": "user_id",
    "project_collections": "user_id",
    "project_collection_schemas": "user_id",
    "project_site_users": "owner_id",
}
"""Each table of the first release with its owner column."""

_SETTLED_ELSEWHERE: dict[str, Settler] = {"filled": "migrate", "unserved_name": "nobody"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing about one row.

    Parameters:
        kind: what is wrong, as a word.
        what: the same as a sentence that goes on after the row's id.
        keep: what keeping the row would do to it; None if it cannot be kept.
        quarantine: what moving it would do; None if there is no reason to.
    """

    table: str
    id: str
    kind: str
    what: str
    keep: str | None
    quarantine: str | None

    @property
    def settled_by(self) -> Settler:
        """Who mends it: `adopt` waits for a choice, `migrate` needs none, `nobody` changes it."""
        return _SETTLED_ELSEWHERE.get(self.kind, "adopt")

    def as_dict(self) -> dict[str, str | None]:
        """For JSON."""
        return {**asdict(self), "settled_by": self.settled_by}


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a database holds of the first release.

    Parameters:
        tables: those of the six that are there; none in a new database.
        problems: by table and row.
    """

    database: str
    tables: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def open(self) -> tuple[Problem, ...]:
        """Problems that wait for a choice; `migrate` fails while there are any."""
        return tuple(problem for problem in self.problems if problem.settled_by == "adopt")


@dataclass(frozen=True, slots=True)
class Settlement:
    """What adopting changed.

    Parameters:
        changed: rows that were mended where they are.
        moved: rows that were moved to wakti_quarantine.
        after: what is left.
    """

    changed: int
    moved: int
    after: Inspection
