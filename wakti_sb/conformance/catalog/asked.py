"""What CHECK constraints ask functions for: their bodies name the values that pass. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from .model import Check, Helper, Table

_CALL = re.compile(r"([A-Za-z_][\w$]*)\s*\(")
# Conditions of PL/pgSQL; a body in SQL is one query.
_CONDITION = re.compile(
    r"\b(?:return|els?e?if|if|when)\s+(.+?)(?:\bthen\b|;)", re.IGNORECASE | re.DOTALL
)
_QUERY = re.compile(r"^\s*(?:select|return)\s+(.*?);?\s*$", re.IGNORECASE | re.DOTALL)


def with_asked(table: Table, helpers: tuple[Helper, ...]) -> Table:
    """The table, each of its checks with the conditions in the functions that it calls."""
    checks = tuple(replace(check, asked=tuple(_asked(check, helpers))) for check in table.checks)
    return replace(table, checks=checks)


def _asked(check: Check, helpers: tuple[Helper, ...]) -> Iterator[str]:
    names = set(_CALL.findall(check.expression))
    for helper in helpers:
        if helper.relation.name not in names:
            continue
        if helper.language == "sql":
            yield from _QUERY.findall(helper.body)
        elif helper.language == "plpgsql":
            yield from (found.strip() for found in _CONDITION.findall(helper.body))
