"""Identities and rows: who takes part in the play and what belongs to whom."""

from __future__ import annotations

from .insert import refresh
from .model import Row, Scenario, Values
from .people import People, people
from .plan import nobodys, plan, row_values
from .samples import marker, sample, uuid_for
from .seed import seed

__all__ = [
    "People",
    "Row",
    "Scenario",
    "Values",
    "marker",
    "nobodys",
    "people",
    "plan",
    "refresh",
    "row_values",
    "sample",
    "seed",
    "uuid_for",
]
