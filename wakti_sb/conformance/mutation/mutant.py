"""One weakened database. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ...spec import Relation


@dataclass(frozen=True)
class Change:
    """A policy's expression before and after one condition was changed."""

    table: Relation
    before: str
    after: str


@dataclass(frozen=True)
class Mutant:
    """One weakened database.

    Parameters:
        id: `public.projects: policy "own" becomes using (true)`.
        object: the table, view, function or bucket.
        operator: the kind of weakening.
        statements: what does it, to be run as the owner.
        change: the expression, where one condition of it is changed.
    """

    id: str
    object: str
    operator: str
    statements: tuple[str, ...]
    change: Change | None = None
