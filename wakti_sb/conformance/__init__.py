"""Proof, case by case, of who can reach what in a Supabase project.

`run()` proves the ownership model of a `wakti.toml` against a live database, `mutate()` proves
that the cases would notice a weakened policy.
"""

from __future__ import annotations

from .catalog.exposed import exposed_schemas, with_exposed_schemas
from .compare import Change, Difference, Severity, compare
from .cost import Budget, CostReport, cost
from .explain import Explanation, explain
from .findings import policy_lines
from .model import Finding, Report
from .mutation import Judged, Mutant, MutationReport, mutate
from .propose import GUESS, propose
from .repair import Repair, repair
from .run.engine import Listener, Progress
from .run.left_out import leave_out
from .run.whole import run

__all__ = [
    "GUESS",
    "Budget",
    "Change",
    "CostReport",
    "Difference",
    "Explanation",
    "Finding",
    "Judged",
    "Listener",
    "Mutant",
    "MutationReport",
    "Progress",
    "Repair",
    "Report",
    "Severity",
    "compare",
    "cost",
    "explain",
    "exposed_schemas",
    "leave_out",
    "mutate",
    "policy_lines",
    "propose",
    "repair",
    "run",
    "with_exposed_schemas",
]
