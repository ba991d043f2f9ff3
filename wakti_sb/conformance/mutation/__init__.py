"""Mutation: whether the cases would notice a weakened policy."""

from __future__ import annotations

from .engine import Judged, MutationReport, copy_of, mutate
from .mutant import Mutant
from .operators import mutants

__all__ = ["Judged", "Mutant", "MutationReport", "copy_of", "mutants", "mutate"]
