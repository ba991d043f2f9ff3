"""Mutation: whether the cases would notice a weakened policy."""

from __future__ import annotations

from .engine import Judged, MutationReport, mutate
from .operators import Mutant, mutants

__all__ = ["Judged", "Mutant", "MutationReport", "mutants", "mutate"]
