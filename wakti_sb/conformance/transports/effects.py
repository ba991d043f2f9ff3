"""What a write changed, from the rows before and after it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..cases.model import NEW, Key
from ..cases.requests import Delete, Insert, Request, Update, Upsert
from ..scenario.statements import text

State = Mapping[Key, Mapping[str, Any]]


def state(rows: Iterable[Mapping[str, Any]], key: tuple[str, ...]) -> State:
    """Rows by their key."""
    return {tuple(str(row.get(column)) for column in key): row for row in rows}


def changed(request: Request, before: State, after: State, count: int) -> frozenset[Key]:
    """The keys of the rows that `request` has reached; `count` is what the database reported."""
    match request:
        case Insert():
            return frozenset({NEW}) if set(after) - set(before) else frozenset()
        case Delete():
            return frozenset(set(before) - set(after))
        case Update(values=values, where=where):
            moved = set(before) - set(after)
            names = dict(values)
            hit = {k for k in set(before) & set(after) if _differs(before[k], after[k], names)}
            if not hit and not moved and count and where:
                # The value was there already: the report of the database has to do.
                hit = {k for k, row in before.items() if _meets(row, where) and _meets(row, values)}
            return frozenset(hit | moved)
        case Upsert(values=values):
            names = dict(values)
            new = {NEW} if set(after) - set(before) else set()
            hit = {k for k in set(before) & set(after) if _differs(before[k], after[k], names)}
            if not hit and not new and count:
                hit = {k for k, row in before.items() if _meets(row, values)}
            return frozenset(hit | new)
    return frozenset()


def _differs(before: Mapping[str, Any], after: Mapping[str, Any], names: Iterable[str]) -> bool:
    return any(before.get(name) != after.get(name) for name in names)


def _meets(row: Mapping[str, Any], pairs: Iterable[tuple[str, Any]]) -> bool:
    return all(text(row.get(name)) == value for name, value in pairs)
