"""How a row leads to the person, or to the place, that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .memberships import Members, Shares
from .names import Relation
from .ownership import Owned


@dataclass(frozen=True)
class Step:
    """From a row to its parent: the row's `key` equals `table.parent_key`."""

    key: str
    table: Relation
    parent_key: str


@dataclass(frozen=True)
class OwnerPath:
    """Steps to the row (none: the row itself) whose `column` is the user's id."""

    steps: tuple[Step, ...]
    column: str


@dataclass(frozen=True)
class PlacePath:
    """Steps to the row whose `column` is the key in `members`: of a place, or of a shared row."""

    steps: tuple[Step, ...]
    column: str
    members: Members


class CircleError(ValueError):
    """Entries lead through each other and never reach an owner."""


def owner_path(owned: Owned, entries: Mapping[str, Owned]) -> OwnerPath | None:
    """How `owned` leads to its owner; None if it has none.

    Raise CircleError if the entries lead through each other.
    """
    return _owner(owned, entries, ())


def place_path(owned: Owned, entries: Mapping[str, Owned]) -> PlacePath | None:
    """How `owned` leads to the place whose members count; None if there is none.

    Raise CircleError if the entries lead through each other.
    """
    return _place(owned, entries, (), _membership)


def share_path(owned: Owned, entries: Mapping[str, Owned]) -> PlacePath | None:
    """How `owned` leads to the row that is shared; None if nothing on the way is.

    Raise CircleError if the entries lead through each other.
    """
    return _place(owned, entries, (), _shares)


def own_steps(owned: Owned) -> tuple[Step, ...]:
    """The steps that the entry itself names."""
    parents = owned.parent_key
    if len(parents) < len(owned.through):
        parents = parents * len(owned.through)
    return tuple(map(Step, owned.key, owned.through, parents))


def _owner(owned: Owned, entries: Mapping[str, Owned], seen: tuple[str, ...]) -> OwnerPath | None:
    own = OwnerPath((), owned.owner) if owned.owner else None
    if not owned.through or (own and _place(owned, entries, (), _membership)):
        return own
    steps = own_steps(owned)
    if owned.parent_owner:
        return OwnerPath(steps, owned.parent_owner)
    parent = entries.get(steps[-1].table)
    if parent is None:
        # Nobody described the parent: it is taken to call its owner as this row does.
        return OwnerPath(steps, owned.owner or "user_id")
    further = _owner(parent, entries, _deeper(owned, seen))
    return OwnerPath(steps + further.steps, further.column) if further else own


_Own = Callable[[Owned], tuple[str, Members] | None]


def _membership(owned: Owned) -> tuple[str, Members] | None:
    if owned.members is None:
        return None
    return (owned.key[-1] if owned.key else owned.parent_key[0]), owned.members


def _shares(owned: Owned) -> tuple[str, Members] | None:
    return None if owned.shared is None else (owned.shared.of, owned.shared)


def _place(
    owned: Owned, entries: Mapping[str, Owned], seen: tuple[str, ...], own: _Own
) -> PlacePath | None:
    steps = own_steps(owned)
    parent = entries.get(steps[-1].table) if steps else None
    further = _place(parent, entries, _deeper(owned, seen), own) if parent else None
    found = own(owned)
    if found is not None and (further is None or further.members != found[1]):
        above = () if isinstance(found[1], Shares) else steps[:-1]
        return PlacePath(above, *found)
    if further is None:
        return None
    if not further.steps and further.column == steps[-1].parent_key:
        # The parent is the place itself: this row's key names it already.
        return PlacePath(steps[:-1], steps[-1].key, further.members)
    return PlacePath(steps + further.steps, further.column, further.members)


def _deeper(owned: Owned, seen: tuple[str, ...]) -> tuple[str, ...]:
    if owned.table in seen:
        raise CircleError(" → ".join((*seen, owned.table)))
    return (*seen, owned.table)
