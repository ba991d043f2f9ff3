"""The row that somebody would add, and in whose name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...spec import Own, atoms
from ..model import USERS, Identity, World
from ..scenario.people import STRANGER
from .described import Described

_LONGEST = 60  # characters of a value in a sentence


def own_payload(
    described: Described, who: Identity, name: Identity | None = None
) -> dict[str, Any]:
    """The row that `who` would add on its own side, in the name of `name` (by default its own)."""
    world: World = who.world or "this"
    members = described.scenario.spec.members_in(described.entry.table)
    values = described.payload(who, world, name or named(described, who))
    values |= by_whom(described, who, values)
    top = described.this.person.member_role if described.this and described.this.person else None
    listed = described.entry.insert.columns
    role = members.role if members is not None else None
    if role is not None and top is not None and (listed is None or role in listed):
        values[role] = top  # the most that somebody could gain
    return values


def by_whom(described: Described, who: Identity, values: dict[str, Any]) -> dict[str, Any]:
    """Columns that say who lets somebody in, as `invited_by`: the one who does it."""
    members = described.scenario.spec.members_in(described.entry.table)
    if members is None or who.user_id is None:
        return {}
    keys = (key.columns[0] for key in described.table.foreign_keys if key.table == USERS)
    return {c: who.user_id for c in keys if c != members.user and c in values}


def named(described: Described, who: Identity) -> Identity:
    """In whose name a row of a membership table is: somebody new, unless people add themselves."""
    members = described.scenario.spec.members_in(described.entry.table)
    alone = any(isinstance(atom, Own) for atom in atoms(described.entry.insert.right))
    if members is None or alone or who.world is None:
        return who
    return described.scenario.identity(STRANGER) or who


def shown(values: Mapping[str, Any]) -> str:
    """How sentences tell the values of a new row."""
    words = (f"{name} {'null' if value is None else value}" for name, value in values.items())
    return ", ".join(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…" for text in words)
