"""People whose token names what stands in a column of a row. Pure.

What their tokens say follows from the rows, which are planned after them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ...spec import OPERATIONS, AllOf, Claim, Owned, Right, Spec, TokenNames, atoms
from ..model import WORLDS, Identity, World
from .claimants import merged, nested, typed
from .memberships import person
from .model import Row

Path = tuple[str, ...]


@dataclass(frozen=True)
class Holder:
    """Somebody, and what its token says.

    Parameters:
        who: without the claim.
        path: of the claim that a right compares.
        written: where its token says it: the same path, or one that anybody may write.
        world: whose row's value it says.
        stands: rows of that world that nobody else owns are planned as this person's.
    """

    who: Identity
    path: Path
    written: Path
    world: World
    stands: bool = False


def holders(spec: Spec, people: Sequence[Identity], salt: str) -> Iterator[Holder]:
    """For each claim: who says this row's value, who another row's, and who writes it itself."""
    rights = [entry.rule(each).right for entry in spec.relations for each in OPERATIONS]
    for path, beside in _paths(rights).items():
        name = ".".join(path)
        for world in WORLDS:
            who = person(f"somebody with {_whose(world)} {name}", world, None, salt)
            yield Holder(who, path, path, world, stands=True)
        for who in people:
            if (Claim in beside and who.claims) or (beside - {Claim} and who.world is not None):
                for world in WORLDS:
                    label = f"{who.label} with {_whose(world)} {name}"
                    twin = replace(who, label=label, world=who.world or world)
                    yield Holder(twin, path, path, world)
        forged = ("user_metadata", *(path[1:] if path[0] == "app_metadata" else path))
        if forged[1:] and path[0] != "user_metadata":
            words = f"a stranger with this row's {name} in its user_metadata"
            yield Holder(person(words, None, None, salt), path, forged, "this")


def holder_of(spec: Spec, entry: Owned, known: Iterable[Holder], world: World) -> Identity | None:
    """Whose a row is that only a token leads to."""
    if spec.owner_path(entry) is not None or spec.memberships(entry):
        return None
    mine = (h.who for h in known if h.stands and h.world == world and h.path in entry.token_columns)
    return next(mine, None)


def with_claims(spec: Spec, known: Iterable[Holder], rows: Sequence[Row]) -> dict[str, Identity]:
    """Everybody with the claims that the rows ask for, by label."""
    return {
        holder.who.label: replace(
            holder.who,
            claims=merged(holder.who.claims, nested(holder.written, typed(str(value)))),
        )
        for holder in known
        if (value := named(spec, holder.path, holder.world, rows)) is not None
    }


def named(spec: Spec, path: Path, world: World, rows: Iterable[Row]) -> object:
    """What the rows of a world say that its tokens name; None where none does yet."""
    for row in rows:
        entry = spec.entry(row.table)
        column = entry.token_columns.get(path) if entry is not None else None
        if column is not None and row.label == world and row.values.get(column) is not None:
            return row.values[column]
    return None


def _paths(rights: Iterable[Right]) -> dict[Path, set[type]]:
    """The claims, and the kinds of right that `and` joins to them."""
    found: dict[Path, set[type]] = {}
    for right in rights:
        for atom in atoms(right):
            if isinstance(atom, TokenNames):
                found.setdefault(atom.path, set()).update(_beside(right, atom))
    return found


def _beside(right: Right, atom: TokenNames) -> set[type]:
    if isinstance(right, AllOf):
        each = list(atoms(right))
        return {type(other) for other in each if other != atom} if atom in each else set()
    parts: tuple[Right, ...] = getattr(right, "parts", ())
    return {kind for part in parts for kind in _beside(part, atom)}


def _whose(world: World) -> str:
    return "this row's" if world == "this" else "another row's"
