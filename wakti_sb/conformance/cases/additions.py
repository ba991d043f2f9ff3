"""Rows that a function adds: in whose name, and who may. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...spec import Function as Entry
from ...spec import Owned, PlacePath, Relation, Standing, allows
from ..model import Identity, Key
from ..scenario import Scenario, Values
from ..scenario.statements import text

_ADDED = "a new row of"
_CLOSED = "under a row that is closed to the caller"


def added(
    scenario: Scenario, who: Identity, rows: Iterable[tuple[Relation, Values]]
) -> frozenset[Key]:
    """What new rows stand for: the table, whose they are and in which place, as a key.

    Another key says that one lies under a row which `who` may not see.

    Rows of nobody, and those of people or places that were not there before the call, are left
    out: who makes a place may put anybody into it.
    """
    listed = tuple(rows)
    found = [_belonging(scenario, table, values) for table, values in listed]
    found += [
        (_ADDED, str(table), _CLOSED)
        for table, values in listed
        if _under_a_closed_row(scenario, who, table, values)
    ]
    return frozenset(key for key in found if key is not None)


def _under_a_closed_row(scenario: Scenario, who: Identity, table: Relation, values: Values) -> bool:
    """As the cases about foreign parents ask it of an insert."""
    entry = scenario.spec.entry(table)
    if entry is None or entry.is_view or scenario.spec.members_in(table) is not None:
        return False
    for key in scenario.catalog.tables[table].foreign_keys:
        parent = scenario.spec.entry(key.table)
        if parent is None or key.table == table or not scenario.spec.belongs(parent):
            continue
        wanted = [text(values.get(column)) for column in key.columns]
        for row in scenario.of(key.table):
            if wanted == [text(row.values.get(column)) for column in key.parent_columns]:
                if not scenario.may(who, "select", parent, row.values):
                    return True
                break
    return False


def addable(scenario: Scenario, entry: Entry, who: Identity) -> Iterator[Key]:
    """The new rows that a call by `who` may leave behind."""
    owners = {w.user_id for w in scenario.identities if w.user_id is not None}
    for owned in scenario.spec.owned:
        if entry.adds is not None:
            yield (_ADDED, str(owned.table), _CLOSED)
        for place in ("", *_places(scenario, owned)):
            for shared in ("", *_shared(scenario, owned)):
                for owner in ("", *owners):
                    if _may(scenario, entry, owned, who, (owner, place, shared)):
                        yield (_ADDED, str(owned.table), owner, place, shared)


def _belonging(scenario: Scenario, table: Relation, values: Values) -> Key | None:
    owned = scenario.spec.entry(table)
    if owned is None or owned.is_view:
        return None
    owner, place = scenario.owner(owned, values) or "", scenario.place(owned, values) or ""
    people = {who.user_id for who in scenario.identities}
    owner = owner if owner in people else ""
    place = place if place in _places(scenario, owned) else ""
    shared = scenario.shared(owned, values) or ""
    shared = shared if shared in _shared(scenario, owned) else ""
    return (_ADDED, str(table), owner, place, shared) if owner or place or shared else None


def _places(scenario: Scenario, owned: Owned) -> tuple[str, ...]:
    return _keys(scenario, scenario.spec.place_path(owned))


def _shared(scenario: Scenario, owned: Owned) -> tuple[str, ...]:
    return _keys(scenario, scenario.spec.share_path(owned))


def _keys(scenario: Scenario, path: PlacePath | None) -> tuple[str, ...]:
    if path is None:
        return ()
    rows: Iterable[Mapping[str, object]] = (r.values for r in scenario.of(path.members.table))
    return tuple(dict.fromkeys(str(values.get(path.members.key)) for values in rows))


def _may(
    scenario: Scenario,
    entry: Entry,
    owned: Owned,
    who: Identity,
    belonging: tuple[str, str, str],
) -> bool:
    owner, place, shared = belonging
    place_path, share_path = scenario.spec.place_path(owned), scenario.spec.share_path(owned)
    roles = shares = None
    if place_path is not None and place and who.user_id is not None:
        roles = scenario.roles(place_path.members, place, who.user_id)
    if share_path is not None and shared and who.user_id is not None:
        shares = scenario.roles(share_path.members, shared, who.user_id)
    standing = Standing(
        signed_in=who.user_id is not None,
        owns=bool(owner) and owner == who.user_id,
        roles=roles,
        shares=shares,
        claims=who.token,
    )
    if entry.adds is not None:
        return allows(entry.adds, standing)
    if allows(owned.insert.right, standing):
        return True
    inside = not place or standing.roles is not None
    if scenario.spec.members_in(owned.table) is not None:
        return False  # nobody puts people into a place but those whose table says so
    return inside and (standing.owns or not owner)
