"""Rows that somebody may not point at: who has to fail to, and at which row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..catalog import ForeignKey
from ..model import Identity, World
from ..scenario import Row
from .described import Described, short
from .new_rows import own_payload


def intruder(described: Described, *operations: Any) -> tuple[Identity, World]:
    """Somebody with rights of its own, and the world that is not its own."""
    other = described.scenario.row(described.entry.table, "other")
    outsider = next((w for w in described.people if w.world == "other"), described.people[0])
    if "insert" in operations:
        if described.may(outsider, "insert", own_payload(described, outsider)):
            return outsider, "this"
        for who in described.people:
            if who.world == "this" and described.may(who, "insert", own_payload(described, who)):
                return who, "other"
        return outsider, "this"
    if other is not None and all(described.may(outsider, op, other.values) for op in operations):
        return outsider, "this"
    if described.this is not None:
        for who in described.rightful(described.this, *operations):
            if who.world == "this":
                return who, "other"
    return outsider, "this"


def repointed(
    described: Described, key: ForeignKey, parent: Row
) -> Iterator[tuple[dict[str, Any], str]]:
    """The columns that point at `parent`, and in whose name the row then is."""
    target = dict(zip(key.columns, (parent.values.get(c) for c in key.parent_columns), strict=True))
    owner = described.entry.owner
    if owner in target and len(target) > 1:
        yield {k: v for k, v in target.items() if k != owner}, "its own row"
        yield target, "a row in the owner's name"
    else:
        yield target, "its own row"


def under(parent: Row, world: World) -> str:
    """How a sentence calls a parent that is not one's own."""
    words = f"{'this' if world == 'this' else 'another'} row of {short(parent.table)}"
    return f"{words} ({parent.variant})" if parent.variant else words


def closed_parent(
    described: Described,
    who: Identity,
    key: ForeignKey,
    world: World,
    values: dict[str, Any],
    operation: Any,
) -> Row | None:
    """A row on the other side that `who` may not point at, a hidden one if there is one."""
    for parent in described.scenario.of(key.table):
        if parent.world != world or not (parent.label == world or parent.variant):
            continue
        for target, _ in repointed(described, key, parent):
            if not open_to(described, who, key, parent, {**values, **target}, operation):
                return parent
    return None


def open_to(
    described: Described,
    who: Identity,
    key: ForeignKey,
    parent: Row,
    values: dict[str, Any],
    operation: Any,
) -> bool:
    """Whether the model lets `who` point there: the row stays its own and it sees the parent."""
    entry = described.scenario.spec.entry(key.table)
    if entry is None or not described.scenario.spec.belongs(entry):
        return True  # rows of nobody, such as those of a list of prices
    sees = described.scenario.may(who, "select", entry, parent.values)
    return described.may_write(who, operation, values) and sees
