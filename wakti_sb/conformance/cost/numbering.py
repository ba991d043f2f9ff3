"""Which row of a filled table points at which row of another: numbers that fit together.

Row `n` lies in world `w = (n - 1) % worlds + 1`, as the `k = (n - 1) / worlds`-th one there, so
that the rows of one world are far apart on disk, as in a life. A row points at parents of its own
world, at the same place in it: what two ways lead to is the same row. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...spec import Spec
from ..catalog import Catalog, ForeignKey, Table
from ..model import USERS

_CHILDREN = 10  # parents of a world that have children


@dataclass(frozen=True)
class Numbering:
    """The scheme for tables of so many rows in so many worlds."""

    spec: Spec
    catalog: Catalog
    worlds: int

    def keys(self, table: Table) -> list[ForeignKey]:
        """Foreign keys, and what the model calls so; the longest first."""
        entry = self.spec.entry(table.relation)
        found = list(table.foreign_keys)
        known = {key.columns for key in found}
        if entry is not None:
            ways = zip(entry.key, entry.through, entry.parent_key, strict=False)
            found += [ForeignKey("", (c,), t, (p,)) for c, t, p in ways if (c,) not in known]
        known = {key.columns for key in found}
        named = self._naming(table)
        found += [ForeignKey("", (c,), USERS, ("id",)) for c in named if (c,) not in known]
        return sorted(found, key=lambda key: -len(key.columns))

    def parent(self, table: Table, key: ForeignKey, parents: int) -> str:
        """The number of the parent, as SQL over n, w and k.

        Parameters:
            parents: how many rows the parent has.
        """
        if self._alone(table, key):
            return "n"
        person = key.table == USERS or self._is_person(self.catalog.tables.get(key.table))
        if person:
            members = self.spec.members_in(table.relation)
            if members is not None and members.user in key.columns:
                return f"1 + (w - 1 + k / {_CHILDREN}) % {self.worlds}"
            return "w"
        here = max(parents // self.worlds, 1)
        many = here if self._pairs(table) else min(here, _CHILDREN)
        return f"w + {self.worlds} * (k % {many})"

    def one_each(self, table: Table) -> bool:
        """Whether a user can have one row only, so that there must be as many users as rows."""
        return any(self._alone(table, k) for k in self.keys(table) if k.table == USERS)

    def _naming(self, table: Table) -> tuple[str, ...]:
        """The columns that name a person, whether or not a foreign key says so."""
        entry, members = self.spec.entry(table.relation), self.spec.members_in(table.relation)
        path = self.spec.owner_path(entry) if entry is not None else None
        direct = path.column if path is not None and not path.steps else None
        owner = entry.owner if entry is not None else None
        user = members.user if members is not None else None
        return tuple(dict.fromkeys(name for name in (owner, direct, user) if name))

    def _alone(self, table: Table, key: ForeignKey) -> bool:
        return any(u.columns and {*u.columns} <= {*key.columns} for u in table.uniques)

    def _is_person(self, table: Table | None) -> bool:
        if table is None:
            return False
        keys = (key for key in table.foreign_keys if key.table == USERS)
        return any(self._alone(table, key) for key in keys)

    def _pairs(self, table: Table) -> bool:
        """Whether two keys together are unique, as in a table of likes."""
        if self.spec.members_in(table.relation) is not None:
            return False
        pointing = {column for key in self.keys(table) for column in key.columns}
        return any(len(u.columns) > 1 and {*u.columns} <= pointing for u in table.uniques)
