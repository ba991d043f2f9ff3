"""Who is in the play and which rows they have: what cases are derived from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...spec import Members, Owned, OwnerPath, PlacePath, Relation, Spec, Standing, allows
from ...spec import Operation as SpecOperation
from ..catalog import Catalog
from ..model import Identity, World

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """A row to be seeded, or one that was.

    `label` is unique within the table; rows that nobody planned (made by triggers, or there
    before) have none.
    """

    table: Relation
    values: Values
    label: str | None = None
    world: World | None = None
    person: Identity | None = None
    variant: str = ""  # what a condition says about it: `not published`
    optional: bool = False  # left out where the database does not take it


@dataclass(frozen=True)
class Scenario:
    """Identities and rows, as they are in the database.

    `untested` says why some rows are not there, `solved` which values the CHECK constraints of a
    table wanted in a further row, `alternatives` to what each column of a row can be changed,
    `partial` which tables hold so much data that only our rows, and some others, are known.
    `further` are values of new rows that a policy asks for, beside those that are always tried.
    `endless` are conditions that were stopped once, with the words for it: nobody waits twice.
    """

    spec: Spec
    catalog: Catalog
    identities: tuple[Identity, ...]
    rows: tuple[Row, ...]
    untested: Mapping[str, str] = field(default_factory=dict)
    solved: Mapping[Relation, Values] = field(default_factory=dict)
    alternatives: Mapping[Relation, Values] = field(default_factory=dict)
    further: Mapping[Relation, tuple[Values, ...]] = field(default_factory=dict)
    partial: frozenset[Relation] = frozenset()
    salt: str = ""
    endless: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    _index: dict[Relation, list[Row]] = field(default_factory=dict, compare=False, repr=False)

    def of(self, table: Relation) -> list[Row]:
        """All rows of a table, the planned ones first."""
        if not self._index:
            for row in self.rows:
                self._index.setdefault(row.table, []).append(row)
        return self._index.get(table, [])

    def row(self, table: Relation, label: str) -> Row | None:
        """The planned row of this label."""
        return next((row for row in self.of(table) if row.label == label), None)

    def identity(self, label: str) -> Identity | None:
        """Who is called so."""
        return next((who for who in self.identities if who.label == label), None)

    def key_columns(self, table: Relation) -> tuple[str, ...]:
        """What tells two rows apart: the primary key, else every column."""
        known = self.catalog.tables[table]
        return known.primary_key or tuple(column.name for column in known.columns)

    def key(self, table: Relation, values: Values) -> tuple[str, ...]:
        """The row's key as texts."""
        return tuple(str(values.get(column)) for column in self.key_columns(table))

    def standing(self, who: Identity, owned: Owned, values: Values) -> Standing:
        """What `who` is to a row of `owned` with these values."""
        owner = self.owner(owned, values)
        return Standing(
            signed_in=who.user_id is not None,
            owns=owner is not None and owner == who.user_id,
            roles=self._roles_by(self.spec.place_path(owned), values, who),
            shares=self._shares(owned, values, who),
            row=values,
            claims=who.token,
        )

    def owner(self, owned: Owned, values: Values) -> str | None:
        """The id of the person that a row of `owned` belongs to."""
        path = self.spec.owner_path(owned)
        return None if path is None else self._follow(path, values)

    def place(self, owned: Owned, values: Values) -> str | None:
        """The key of the place that a row of `owned` belongs to."""
        path = self.spec.place_path(owned)
        return None if path is None else self._follow(path, values)

    def shared(self, owned: Owned, values: Values) -> str | None:
        """The key, in the table of shares, of the row that a row of `owned` is or lies under."""
        path = self.spec.share_path(owned)
        return None if path is None else self._follow(path, values)

    def _shares(self, owned: Owned, values: Values, who: Identity) -> frozenset[str] | None:
        shares = self.spec.shares_in(owned.table)
        if shares is None:
            return self._roles_by(self.spec.share_path(owned), values, who)
        named = who.user_id is not None and str(values.get(shares.user)) == who.user_id
        return frozenset() if named and (not shares.where or shares.where.holds(values)) else None

    def _roles_by(
        self, path: PlacePath | None, values: Values, who: Identity
    ) -> frozenset[str] | None:
        key = None if path is None else self._follow(path, values)
        if path is None or key is None or who.user_id is None:
            return None
        return self.roles(path.members, key, who.user_id)

    def roles(self, members: Members, place: str, user_id: str) -> frozenset[str] | None:
        """The roles a user has in a place, or for a shared row; None if nothing names it there."""
        mine = [
            row.values
            for row in self.of(members.table)
            if str(row.values.get(members.key)) == place
            and str(row.values.get(members.user)) == user_id
            and (members.where is None or members.where.holds(row.values))
        ]
        if not mine:
            return None
        if members.role is None:
            return frozenset()
        return frozenset(str(values.get(members.role)) for values in mine)

    def may(self, who: Identity, operation: SpecOperation, owned: Owned, values: Values) -> bool:
        """Whether the model lets `who` do it to this row; the secret key may do everything."""
        if who.role == "service_role":
            return True
        return allows(owned.rule(operation).right, self.standing(who, owned, values))

    def consistent(self, owned: Owned, values: Values) -> bool:
        """Whether the row's own copy of its owner names the person that its parents lead to."""
        path = self.spec.owner_path(owned)
        if path is None or not path.steps or owned.owner is None:
            return True
        return str(values.get(owned.owner)) == self._follow(path, values)

    def _follow(self, path: OwnerPath | PlacePath, values: Values) -> str | None:
        for step in path.steps:
            wanted = values.get(step.key)
            parents = (
                row.values
                for row in self.of(step.table)
                if wanted is not None and str(row.values.get(step.parent_key)) == str(wanted)
            )
            found = next(parents, None)
            if found is None:
                return None
            values = found
        value = values.get(path.column)
        return None if value is None else str(value)
