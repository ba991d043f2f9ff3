"""With whom rows are shared: nobody of them has any other right to these rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ...spec import Right, Shared, Shares, Spec, atoms
from ..catalog import Catalog
from .memberships import Membership, person, valid_roles

_MOST_WAYS = 6


def share_tables(spec: Spec) -> list[Shares]:
    """The tables of shares that the model names, each once."""
    found = {each.shared.table: each.shared for each in spec.relations if each.shared is not None}
    return list(found.values())


def sharees(
    spec: Spec, rights: Iterable[Right], catalog: Catalog, salt: str
) -> Iterator[Membership]:
    """Who has a share in this row, in every way; in another row; and who had one once."""
    tables = share_tables(spec)
    named = [a.role for right in rights for a in atoms(right) if isinstance(a, Shared) and a.role]
    for shares in tables:
        suffix = f" by {shares.table.name}" if len(tables) > 1 else ""
        ways = _ways(shares, tuple(dict.fromkeys(named)), catalog)
        for number, way in enumerate(ways):
            label = f"somebody it is shared with{_as(way)}{suffix}"
            who = person(label, "this", way, salt)
            yield Membership(shares, "this", who, way, stands=number == 0)
        elsewhere = person(f"somebody with a share in another row{suffix}", "other", ways[0], salt)
        yield Membership(shares, "other", elsewhere, ways[0], stands=True)
        if shares.where is not None:
            who = person(f"somebody it was shared with once{suffix}", "this", ways[0], salt)
            who = replace(who, former=True)
            yield Membership(shares, "this", who, ways[0], former=True)


def _ways(shares: Shares, named: tuple[str, ...], catalog: Catalog) -> tuple[str | None, ...]:
    """The ways of sharing: those that rights name first, then the others that the table takes."""
    if shares.role is None:
        return (None,)
    known = valid_roles(shares, catalog)
    mine = tuple(way for way in named if not known or way in known)
    further = tuple(way for way in known if way not in mine)[:_MOST_WAYS]
    return (*mine, *further) or (None,)


def _as(way: str | None) -> str:
    return "" if way is None else f" ({way})"
