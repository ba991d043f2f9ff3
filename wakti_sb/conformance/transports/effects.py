"""What a write changed, from the rows before and after it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ...spec import Relation
from ..catalog import Table
from ..model import NEW, Copy, Delete, Insert, Key, Request, Update, Upsert
from ..scenario.statements import text

State = Mapping[Key, Mapping[str, Any]]


def state(rows: Iterable[Mapping[str, Any]], key: tuple[str, ...]) -> State:
    """Rows by their key."""
    return {tuple(str(row.get(column)) for column in key): row for row in rows}


def changed(request: Request, before: State, after: State, count: int) -> frozenset[Key]:
    """The keys of the rows that `request` has reached; `count` is what the database reported."""
    match request:
        case Copy(key=()):
            return frozenset({NEW}) if count or set(after) - set(before) else frozenset()
        case Insert(values=values, about=about):
            # A view need not show the row that was written through it: the report counts too.
            made = [row for key, row in after.items() if key not in before]
            asked = {name: value for name, value in values if name in about}
            if made and not any(_meets(row, asked.items()) for row in made):
                return frozenset()  # a trigger has made another row of it
            return frozenset({NEW}) if count or made else frozenset()
        case Delete():
            return frozenset(set(before) - set(after))
        case Update(values=values, where=where, about=about):
            moved = set(before) - set(after)
            names = dict(values)
            hit = {k for k in set(before) & set(after) if _differs(before[k], after[k], names)}
            asked = {name: value for name, value in values if name in about}
            if asked:  # a trigger may have put another value there
                return frozenset({k for k in hit if _meets(after[k], asked.items())} | moved)
            if not hit and not moved and count and where:
                # The value was there already: the report of the database has to do.
                hit = {k for k, row in before.items() if _meets(row, where) and _meets(row, values)}
            return frozenset(hit | moved)
        case Upsert(values=values) | Copy(values=values):
            names = dict(values)
            new = {NEW} if set(after) - set(before) else set()
            hit = {k for k in set(before) & set(after) if _differs(before[k], after[k], names)}
            if not hit and not new and count:
                hit = {k for k, row in before.items() if _meets(row, values)}
            return frozenset(hit | new)
    return frozenset()


def touched(
    before: Mapping[Relation, State],
    after: Mapping[Relation, State],
    tables: Mapping[Relation, Table],
) -> frozenset[Key]:
    """The rows, by table and key, that are others or gone in any table.

    What only followed from the removal of its parent (a cascade, a reference set to null) is left
    out: the parent tells whose doing it was.
    """
    gone = {t: {k: r for k, r in b.items() if k not in after.get(t, {})} for t, b in before.items()}
    found: set[Key] = set()
    for table, rows in before.items():
        known = tables[table]
        for key, row in rows.items():
            now = after.get(table, {}).get(key)
            pointing = _orphaned(known, row, gone)
            if now is None:
                own_doing = not pointing
            else:
                own_doing = bool({c for c in row if row[c] != now.get(c)} - pointing)
            if own_doing:
                found.add((str(table), *key))
    return frozenset(found)


def _orphaned(table: Table, row: Mapping[str, Any], gone: Mapping[Relation, State]) -> set[str]:
    """The columns that point at a row that is gone."""
    found: set[str] = set()
    for key in table.foreign_keys:
        pairs = tuple(zip(key.columns, key.parent_columns, strict=True))
        parents = gone.get(key.table, {}).values()
        if any(all(row.get(c) == p.get(t) is not None for c, t in pairs) for p in parents):
            found |= set(key.columns)
    return found


def shape(answer: str) -> str:
    """Which values the rows of an answer have and which are null, not what they are."""
    try:
        return json.dumps([_outline(json.loads(line)) for line in answer.splitlines()])
    except ValueError:
        return answer  # a refusal


def _outline(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _outline(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_outline(each) for each in value]
    return value if value is None or isinstance(value, bool) else "*"


def _differs(before: Mapping[str, Any], after: Mapping[str, Any], names: Iterable[str]) -> bool:
    return any(before.get(name) != after.get(name) for name in names)


def _meets(row: Mapping[str, Any], pairs: Iterable[tuple[str, Any]]) -> bool:
    return all(text(row.get(name)) == value for name, value in pairs)
