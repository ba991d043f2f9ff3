"""Rows under names that are the same in both states. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ..catalog import Table
from ..model import OBJECTS, USERS
from ..scenario import Row, Scenario
from .access import Known

_NUMBER = re.compile(r" #\d+$")


def labelled(scenario: Scenario, table: Table) -> Iterator[tuple[str, Row]]:
    """The rows of a table under names that are the same in both states."""
    taken: set[str] = set()
    for row in scenario.of(table.relation):
        label = _NUMBER.sub("", row.label) if row.label else ""
        if not label:
            if table.is_view or table.relation in (USERS, OBJECTS):
                continue
            label = f"key {json.dumps(scenario.key(table.relation, row.values))}"
        if label not in taken:
            taken.add(label)
            yield label, row


def about(scenario: Scenario, row: Row) -> Known:
    """Whose row it is, and what is special about it."""
    entry = scenario.spec.entry(row.table)
    if entry is None or not scenario.spec.belongs(entry):
        return Known(words=row.variant)
    owned = scenario.spec.owner_path(entry) is not None or (
        scenario.spec.members_in(entry.table) is not None
    )
    person, world = (row.person if owned else None), row.world or ""
    if row.person is None:  # a trigger has made it, or somebody had it before
        owner = scenario.owner(entry, row.values)
        person = next((w for w in scenario.identities if w.user_id and w.user_id == owner), None)
        world = (person.world or "") if person is not None else ""
    return Known(person.label if person is not None else "", world, row.variant)
