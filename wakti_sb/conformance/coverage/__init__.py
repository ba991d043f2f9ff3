"""Coverage of conditions: which were true, and which false, for callers who must be refused."""

from __future__ import annotations

from .clauses import Clause
from .measure import Measured, measure
from .untested import as_condition, untested_conditions
from .widen import widen

__all__ = [
    "Clause",
    "Measured",
    "as_condition",
    "measure",
    "untested_conditions",
    "widen",
]
