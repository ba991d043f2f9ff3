"""Identities and rows: who takes part in the play and what belongs to whom."""

from __future__ import annotations

from .model import ANON, SERVICE, Identity, Row, Scenario, Values, World
from .people import People, people
from .plan import conditions, members_in, nobodys, plan, row_values
from .samples import marker, sample, uuid_for
from .seed import refresh, seed

__all__ = [
    "ANON",
    "SERVICE",
    "Identity",
    "People",
    "Row",
    "Scenario",
    "Values",
    "World",
    "conditions",
    "marker",
    "members_in",
    "nobodys",
    "people",
    "plan",
    "refresh",
    "row_values",
    "sample",
    "seed",
    "uuid_for",
]
