"""Policies taken apart into the conditions that they consist of. Pure."""

from __future__ import annotations

from .atoms import MOST, Atom, Helpers, Scope, Taken, by_name, is_null_test, taken_apart
from .claims import Claimed, claimed, paths_of
from .expression import conjuncts, parsed, printed, unqualified, unreadable

__all__ = [
    "MOST",
    "Atom",
    "Claimed",
    "Helpers",
    "Scope",
    "Taken",
    "by_name",
    "claimed",
    "conjuncts",
    "is_null_test",
    "parsed",
    "paths_of",
    "printed",
    "taken_apart",
    "unqualified",
    "unreadable",
]
