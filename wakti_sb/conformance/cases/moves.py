"""Moving rows: into somebody else's place or name, and somebody else's row into one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...spec import Nobody
from ..catalog import ForeignKey
from ..model import (
    DENIED,
    SERVICE,
    USERS,
    WORLDS,
    Attempt,
    Case,
    Delete,
    Family,
    Identity,
    Update,
    World,
)
from ..scenario import Row, Values
from .described import Described, pairs
from .new_rows import shown
from .parents import closed_parent, intruder, open_to, repointed, under

Base = Callable[[Row], Update]
"""A plain change of a row, which whoever may change it can make."""


@dataclass(frozen=True)
class _Mover:
    """Who may change a row of its own and has to fail to move it, and the other side.

    `proved` is false where nobody may: a refusal then says nothing about moves.
    """

    who: Identity
    mine: Row
    theirs: Row
    world: World
    proved: bool = True

    @property
    def here(self) -> World:
        """The mover's own side."""
        return "other" if self.world == "this" else "this"


def move_cases(described: Described, base: Base) -> Iterator[Case]:
    """Every way to move a row of one table."""
    for mover in _movers(described):
        for key in described.table.foreign_keys:
            if key.table != USERS:
                yield from _moves(described, base, mover, key)
        yield from _hand_over(described, base, mover)
        listed = described.entry.update.columns
        for further in described.scenario.further.get(described.entry.table, ()):
            if listed is None or set(further) <= set(listed):
                yield from _with_values(described, base, mover, further)


def _with_values(
    described: Described, base: Base, mover: _Mover, further: Values
) -> Iterator[Case]:
    """The same moves with values for which a check may let through more."""
    for key in described.table.foreign_keys:
        if key.table != USERS and not set(further) & set(key.columns):
            yield from _moves(described, base, mover, key, further)
    yield from _hand_over(described, base, mover, further)


def _movers(described: Described) -> Iterator[_Mover]:
    """One for each ground on which the model lets somebody change a row: a policy may forget one.

    An owner, say, and an admin of the place: each has to fail to move its row elsewhere.
    """
    first = _mover(described)
    if first is None:
        return
    yield first
    seen = {described.grounds(first.who, "update", first.mine.values)}
    for row in described.planned:
        far = next((w for w in WORLDS if w != row.world), first.world)
        other = described.scenario.row(described.entry.table, far)
        if row.world is None or other is None:
            continue
        for person in described.people:
            grounds = described.grounds(person, "update", row.values)
            if grounds not in seen and _changes(described, person, row):
                seen.add(grounds)
                yield _Mover(person, row, other, far)


def _mover(described: Described) -> _Mover | None:
    who, world = intruder(described, "update")
    here: World = "other" if world == "this" else "this"
    mine = described.scenario.row(described.entry.table, here)
    theirs = described.scenario.row(described.entry.table, world)
    if mine is None or theirs is None:
        return None
    if _changes(described, who, mine):
        return _Mover(who, mine, theirs, world)
    for row in described.planned:
        far = next((w for w in WORLDS if w != row.world), world)
        other = described.scenario.row(described.entry.table, far)
        for person in described.people:
            if row.world is not None and other is not None and _changes(described, person, row):
                return _Mover(person, row, other, far)
    nobody = isinstance(described.entry.update.right, Nobody)
    return _Mover(who, mine, theirs, world, proved=nobody)


def _changes(described: Described, who: Identity, row: Row) -> bool:
    """Whether `who` may change a row by its key."""
    return all(described.may(who, each, row.values) for each in ("select", "update"))


def _moves(
    described: Described, base: Base, mover: _Mover, key: ForeignKey, further: Values | None = None
) -> Iterator[Case]:
    """Let a row point at somebody else's parent, or take somebody's row over."""
    who, world, mine, theirs = mover.who, mover.world, mover.mine, mover.theirs
    home = described.scenario.row(key.table, mover.here)
    if home is None:
        return
    parent = closed_parent(described, who, key, world, dict(mine.values), "update")
    parent = parent or described.scenario.row(key.table, world)
    if parent is None:
        return
    by = f" by {', '.join(key.columns)}"
    for target, words in repointed(described, key, parent):
        values = {**mine.values, **target}
        if open_to(described, who, key, parent, values, "update"):
            continue
        named = "" if words == "its own row" else " in the owner's name"
        sentence = f"cannot move a row into {under(parent, world)}{named}{by}{_with(further)}"
        target = {**target, **(further or {})}
        yield _move(described, base, mover, mine, target, sentence)
        wide = f"{sentence} without a filter"
        yield _move(described, base, mover, mine, target, wide, unfiltered=True)
    for target, words in repointed(described, key, home):
        if described.may(who, "update", theirs.values):
            continue
        named = "" if words == "its own row" else " in its own name"
        sentence = f"cannot take {described.whose(theirs, who)} over{named}{by}"
        yield _move(described, base, mover, theirs, target, sentence)


def _hand_over(
    described: Described, base: Base, mover: _Mover, further: Values | None = None
) -> Iterator[Case]:
    """Give a row away: into the name of somebody else."""
    owner = described.entry.owner
    if owner is None or described.table.column(owner) is None:
        return
    target = {owner: mover.theirs.values.get(owner)}
    if described.may_write(mover.who, "update", {**mover.mine.values, **target}):
        return
    sentence = f"cannot put its own row into another's name by {owner}{_with(further)}"
    target |= further or {}
    yield _move(described, base, mover, mover.mine, target, sentence)
    wide = f"{sentence} without a filter"
    yield _move(described, base, mover, mover.mine, target, wide, unfiltered=True)


def _with(further: Values | None) -> str:
    return f" ({shown(further)})" if further else ""


def _move(
    described: Described,
    base: Base,
    mover: _Mover,
    row: Row,
    target: dict[str, object],
    sentence: str,
    *,
    unfiltered: bool = False,
) -> Case:
    where = () if unfiltered else described.where(row)
    request = Update(described.entry.table, pairs(target), where)
    arrange = list(described.out_of_the_way({**row.values, **target}, row))
    arrange.extend(described.freed(row, target))
    if unfiltered and any(set(u.columns) <= set(target) for u in described.table.uniques):
        # One row is left, or a unique key would answer before a policy can.
        rest = (r for r in described.rows if described.key(r.values) != described.key(row.values))
        arrange.extend(Delete(described.entry.table, described.where(r)) for r in rest)
    out = tuple(dict.fromkeys(arrange))
    single = Update(described.entry.table, pairs(target), described.where(row))
    # Who may change its own row is who must fail to move one. The secret key shows only that the
    # request can be carried out.
    plain = Attempt(mover.who, base(mover.mine))
    rightful = (plain,) if _changes(described, mover.who, mover.mine) else ()
    controls = (*rightful, Attempt(SERVICE, single, out))
    return Case(
        id=f"{described.name}: {mover.who.label} {sentence}",
        subject=described.about,
        operation="update",
        family=Family.FOREIGN_PARENT,
        attempt=Attempt(mover.who, request, out),
        expected=DENIED,
        controls=controls if mover.proved else (),
        why=f"update = {described.entry.update.right}",
        column=next(iter(target)),
    )
