"""Whose row a view shows: rows of views are nobody's plan, they follow from other rows."""

from __future__ import annotations

from dataclasses import replace

from ...spec import Owned
from ..model import Identity
from .model import Row, Scenario


def labelled(scenario: Scenario, row: Row) -> Row:
    """A row of a view is called after the side that it belongs to, or whose row it shows."""
    entry = scenario.spec.entry(row.table)
    if entry is None or not scenario.catalog.tables[row.table].is_view:
        return row
    side = _side(scenario, entry, row)
    if side is None or side.world is None:
        return row
    return replace(row, label=side.world, world=side.world, person=side)


def _side(scenario: Scenario, entry: Owned, row: Row) -> Identity | None:
    sides = [w for w in scenario.identities if w.world is not None and w.user_id is not None]
    for who in sides:
        standing = scenario.standing(who, entry, row.values)
        if standing.owns or standing.roles is not None or standing.shares is not None:
            return who
    shown = {str(value) for value in row.values.values()}
    for base in scenario.rows:
        if base.world is None:
            continue
        keys = scenario.catalog.tables[base.table].primary_key
        if any(str(base.values.get(k)) in shown for k in keys):
            return next((who for who in sides if who.world == base.world), None)
    return None
