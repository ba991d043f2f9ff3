"""Adopt a live project of the first release: find what our tables would refuse, and settle it.

`inspect()` names every such row and changes nothing; `settle()` carries out one choice for them;
`build_indexes()` builds beside the table's users what `migrate`
would have to keep them waiting for; `adopt_history()` lets a project's migrations adopt the tables
that are there; `migrate` then does the rest.
"""

from __future__ import annotations

from wakti_sb.adopt.history import adopt_history
from wakti_sb.adopt.indexes import build_indexes
from wakti_sb.adopt.inspect import inspect
from wakti_sb.adopt.problem import TABLES, Choice, Inspection, Problem, Settlement
from wakti_sb.adopt.settle import settle

__all__ = [
    "TABLES",
    "Choice",
    "Inspection",
    "Problem",
    "Settlement",
    "adopt_history",
    "build_indexes",
    "inspect",
    "settle",
]
