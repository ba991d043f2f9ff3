"""Proof, case by case, of who can reach what in a Supabase project.

`run()` proves the ownership model of a `wakti.toml` against a live database, `mutate()` proves
that the cases would notice a weakened policy.
"""

from __future__ import annotations

from .engine import Listener, Progress
from .explain import Explanation, explain
from .exposed import exposed_schemas, with_exposed_schemas
from .findings import Finding, Report
from .left_out import set_aside
from .mutation import Judged, Mutant, MutationReport, mutate
from .propose import propose
from .run import run

__all__ = [
    "Explanation",
    "Finding",
    "Judged",
    "Listener",
    "Mutant",
    "MutationReport",
    "Progress",
    "Report",
    "explain",
    "exposed_schemas",
    "mutate",
    "propose",
    "run",
    "set_aside",
    "with_exposed_schemas",
]
