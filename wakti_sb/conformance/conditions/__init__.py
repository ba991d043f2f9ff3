"""Policies taken apart into the conditions that they consist of. Pure."""

from __future__ import annotations

from .atoms import MOST, Atom, Helpers, Scope, Taken, by_name, is_null_test, taken_apart
from .bodies import body_of, unreadable_for
from .claims import Claimed, claimed, paths_of
from .expression import conjuncts, parsed, printed, unqualified, unreadable
from .queries import (
    ARGUMENTS,
    Shown,
    arguments,
    shown_by,
    shown_by_expression,
    shown_by_query,
)
from .reads import Readers

__all__ = [
    "ARGUMENTS",
    "MOST",
    "Atom",
    "Claimed",
    "Helpers",
    "Readers",
    "Scope",
    "Shown",
    "Taken",
    "arguments",
    "body_of",
    "by_name",
    "claimed",
    "conjuncts",
    "is_null_test",
    "parsed",
    "paths_of",
    "printed",
    "shown_by",
    "shown_by_expression",
    "shown_by_query",
    "taken_apart",
    "unqualified",
    "unreadable",
    "unreadable_for",
]
