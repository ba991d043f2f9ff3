"""Which rows the play needs, in the order in which they can be inserted. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ...spec import Condition, Members, Owned, Spec
from ..catalog import Catalog, Column, ForeignKey, Table
from ..model import ELSEWHERE, OBJECTS, USERS, WORLDS, Identity, World
from .claimants import by_rows
from .condition_values import leads, value_that_fails, value_that_meets
from .holders import holder_of, named, with_claims
from .hook import as_known
from .memberships import Membership, some_role
from .model import Row, Scenario, Values
from .ordering import insertion_order, must_have, needed
from .people import People, people
from .samples import sample, uuid_for

NOBODYS = "of nobody"


def _needs_a_file(table: Table) -> bool:
    return any(key.table == OBJECTS and must_have(table, key) for key in table.foreign_keys)


def plan(spec: Spec, catalog: Catalog, salt: str = "") -> Scenario:
    """The scenario as it is meant to be; seeding makes it real and corrects it."""
    planner = Planner(spec, catalog, people(spec, catalog, salt), salt)
    planner.run()
    told = with_claims(spec, planner.people.holders, planner.rows)
    known = tuple(told.get(who.label, who) for who in planner.people.identities)
    return as_known(
        Scenario(
            spec,
            catalog,
            (*known, *by_rows(spec, catalog, planner.rows, known, salt)),
            tuple(planner.rows),
            untested=planner.untested,
            salt=salt,
        )
    )


@dataclass
class Planner:
    """Collects rows table by table, parents first."""

    spec: Spec
    catalog: Catalog
    people: People
    salt: str = ""
    rows: list[Row] = field(default_factory=list)
    untested: dict[str, str] = field(default_factory=dict)
    number: int = 0

    def run(self) -> None:
        """Plan the rows of every table that is described, or needed by one that is."""
        order = insertion_order(self.spec, self.catalog)
        if any(_needs_a_file(self.catalog.tables[relation]) for relation in order):
            self._files()
        for relation in order:
            self._table(self.catalog.tables[relation])
        self._close_circles()

    def _files(self) -> None:
        """A stored object on each side, for rows that must point at one."""
        for world in WORLDS:
            person = self.people.principals[world]
            values = {
                "id": uuid_for("file", self.salt, world),
                "bucket_id": ELSEWHERE,
                "name": f"{person.user_id}/wakti-{self.salt}-{world}.txt",
                "owner": person.user_id,
                "owner_id": person.user_id,
            }
            self.rows.append(Row(OBJECTS, values, world, world, person))

    def _close_circles(self) -> None:
        """Let rows that stand before the parent that they must have point at it all the same.

        Only a deferrable key takes such a row; the first database error tells of any other.
        """
        made: list[Row] = []
        for place, row in enumerate(self.rows):
            later = {r.table for r in self.rows[place:]} - {r.table for r in self.rows[:place]}
            table = self.catalog.tables[row.table]
            values = dict(row.values)
            for key in table.foreign_keys:
                if key.table in later - {row.table} and must_have(table, key):
                    values.update(self._ahead(key, row))
            made.append(replace(row, values=values))
        self.rows = made

    def _ahead(self, key: ForeignKey, row: Row) -> dict[str, Any]:
        parents = (r for r in self.rows if r.table == key.table and r.label == row.world)
        parent = next(parents, None)
        if parent is None:
            return {}
        pairs = zip(key.columns, key.parent_columns, strict=True)
        return {c: parent.values[p] for c, p in pairs if parent.values.get(p) is not None}

    def _table(self, table: Table) -> None:
        entry = self.spec.entry(table.relation)
        memberships = [m for m in self.people.memberships if m.members.table == table.relation]
        shares = entry.shared if entry is not None else None
        if memberships and not (shares is not None and shares.table == table.relation):
            for membership in memberships:
                self._membership(table, membership)
            return
        # A row that names a second person itself is a share of itself.
        second = {m.world: membership_values(m.members, table, m) for m in memberships if m.stands}
        for world in WORLDS:
            self._add(table, world, self._principal(entry, world), world, second.get(world))
        if self._is_a_person(table):
            for person in self._others():
                self._add(table, person.world or "this", person, person.label)
        if entry is None:
            return
        for person in () if self._is_a_person(table) else self._people_with_rows(entry):
            self._add(table, "this", person, person.label)
        for condition in entry.conditions:
            self._variant(table, entry, condition)
        if (owner := nobodys(self.spec, entry, table)) is not None:
            self._add(table, "this", self.people.principals["this"], NOBODYS, {owner: None})
            row = replace(self.rows[-1], person=None, variant=NOBODYS, optional=True)
            self.rows[-1] = row

    def _variant(self, table: Table, entry: Owned, condition: Condition) -> None:
        column = table.column(condition.column)
        if column is None:
            return
        overrides = self._other(condition, column, table)
        tied = {*entry.placing, *(name for key in table.foreign_keys for name in key.columns)}
        alone = any(u.columns and {*u.columns} <= tied for u in table.uniques)
        # Where a person can have one row only, for these parents, the other owner's row differs.
        world: World = "other" if alone else "this"
        label = f"{condition}" if condition.holds(overrides) else f"not {condition}"
        if alone:
            self.rows = [
                row
                if row.table != table.relation or row.label != "other"
                else Row(
                    row.table, {**row.values, **overrides}, "other", "other", row.person, label
                )
                for row in self.rows
            ]
            return
        person = self._principal(entry, world)
        self._add(table, world, person, label, overrides, variant=label)

    def _other(self, condition: Condition, column: Column, table: Table) -> dict[str, Any]:
        """What fails a condition that the other rows meet; or the other way round.

        A row lies under its parent where it can, whatever is asked of the key.
        """
        failing = {column.name: value_that_fails(condition, column, table)}
        if not leads(condition, table):
            return failing
        this = next(r for r in self.rows if r.table == table.relation and r.label == "this")
        if this.values.get(column.name) is not None:
            return {column.name: None}
        keys = (key for key in table.foreign_keys if column.name in key.columns)
        own = next((key for key in keys if key.table == table.relation), None)
        under_itself = _itself(own, this.values) if own is not None else failing
        return failing if None in under_itself.values() else under_itself

    def _principal(self, entry: Owned | None, world: World) -> Identity:
        """Whose the rows of a world are; where only a token leads to them, its holder's."""
        holder = entry and holder_of(self.spec, entry, self.people.holders, world)
        return holder or self.people.principals[world]

    def _is_a_person(self, table: Table) -> bool:
        """Whether its key is a user's id, and others point there where they name a user."""
        keys = [key.columns for key in table.foreign_keys if key.table == USERS]
        if table.primary_key not in keys:
            return False
        pointing = (
            (other, key.columns[0])
            for other in self.catalog.tables.values()
            for key in other.foreign_keys
            if key.table == table.relation and key.parent_columns == table.primary_key
        )
        return any(column in self._naming_users(other) for other, column in pointing)

    def _naming_users(self, table: Table) -> set[str | None]:
        members, entry = self.spec.members_in(table.relation), self.spec.entry(table.relation)
        user = members.user if members is not None else None
        return {user, entry.owner if entry is not None else None}

    def _others(self) -> Iterator[Identity]:
        """Everybody but the two principals, each once: twins with claims are the same person."""
        seen = {person.user_id for person in self.people.principals.values()}
        for person in self.people.identities:
            if person.user_id is not None and person.user_id not in seen:
                seen.add(person.user_id)
                yield person

    def _people_with_rows(self, entry: Owned) -> Iterator[Identity]:
        """Members who have rows of their own inside the place of `this`."""
        place, owner = self.spec.place_path(entry), self.spec.owner_path(entry)
        if place is None or owner is None or owner.steps:
            return
        for membership in self.people.members_of(place.members):
            if membership.person is not self.people.principals[membership.world]:
                yield membership.person

    def _membership(self, table: Table, membership: Membership) -> None:
        label = membership.world if membership.stands else membership.person.label
        overrides = membership_values(membership.members, table, membership)
        self._add(table, membership.world, membership.person, label, overrides)

    def _add(
        self,
        table: Table,
        world: World,
        person: Identity,
        label: str,
        overrides: dict[str, Any] | None = None,
        variant: str = "",
    ) -> None:
        self.number += 1
        values = row_values(self.spec, table, world, person, self.number, self.rows, self.salt)
        values.update(overrides or {})
        self.rows.append(Row(table.relation, values, label, world, person, variant))


def row_values(
    spec: Spec,
    table: Table,
    world: World,
    person: Identity,
    number: int,
    rows: list[Row],
    salt: str = "",
) -> dict[str, Any]:
    """Texts for the columns of one row that belongs to `person` in `world`."""
    entry = spec.entry(table.relation)
    values: dict[str, Any] = {}
    members = spec.members_in(table.relation)
    if members is not None:
        values[members.user] = person.user_id
        values.update(some_role(members, table))
    if entry is not None:
        values.update(_owner(spec, entry, person))
        for condition in entry.conditions:
            column = table.column(condition.column)
            if column is not None and column.name not in values and not leads(condition, table):
                values[column.name] = value_that_meets(condition, column, number, salt)
    for key in table.foreign_keys:
        _point(table, key, world, person, rows, values)
    if entry is not None and entry.key and entry.key[0] not in values:
        values[entry.key[0]] = _above(entry, world, rows) or uuid_for("place", salt, world)
    if members is not None and members.key not in values:
        values[members.key] = uuid_for("place", salt, world)
    if entry is not None:
        values |= _named_by_tokens(spec, entry, table, world, values, rows, salt)
    hidden = entry.hidden if entry is not None else ()
    for column in table.columns:
        if column.generated or column.name in values:
            continue
        wanted = column.required or column.name in hidden or column.name in table.primary_key
        if wanted or _tells(table, column):
            values[column.name] = sample(column, number, salt)
    for key in table.foreign_keys:
        if key.table == table.relation and any(needed(table, c) for c in key.columns):
            values.update(_itself(key, values))
    return {name: value for name, value in values.items() if table.column(name) is not None}


def _named_by_tokens(
    spec: Spec,
    entry: Owned,
    table: Table,
    world: World,
    values: dict[str, Any],
    rows: list[Row],
    salt: str,
) -> dict[str, Any]:
    """What stands in columns that tokens name and no key fills: the same in every table."""
    found: dict[str, Any] = {}
    for path, name in entry.token_columns.items():
        column = table.column(name)
        if column is None or name in values or name in table.primary_key:
            continue
        known = named(spec, path, world, rows)
        if known is not None:
            found[name] = known
        elif column.base == "uuid":
            found[name] = uuid_for("named by tokens", salt, world)
        else:
            found[name] = sample(column, 1 + WORLDS.index(world), salt)
    return found


def _above(entry: Owned, world: World, rows: list[Row]) -> Any:
    """The key of the row that a row lies under although no foreign key leads there."""
    if not entry.through:
        return None
    parents = (r for r in rows if r.table == entry.through[0] and r.label == world)
    parent = next(parents, None)
    return parent.values.get(entry.parent_key[0]) if parent is not None else None


def _tells(table: Table, column: Column) -> bool:
    """Whether an optional text says something of its row that others may ask for."""
    points = any(column.name in key.columns for key in table.foreign_keys)
    checked = any(column.name in check.columns for check in table.checks)
    plain = column.base in ("text", "character varying", "citext") and not column.domain_checks
    return plain and column.default is None and not points and not checked


def membership_values(members: Members, table: Table, membership: Membership) -> dict[str, Any]:
    """What makes a row of a membership table say who belongs to the place, and as what."""
    values: dict[str, Any] = {members.user: membership.person.user_id}
    if members.role is not None and membership.role is not None:
        values[members.role] = membership.role
    if members.where is not None and (column := table.column(members.where.column)):
        if membership.former:
            values[column.name] = value_that_fails(members.where, column, table)
        else:
            values[column.name] = value_that_meets(members.where, column, 1, "")
    return values


def nobodys(spec: Spec, entry: Owned, table: Table) -> str | None:
    """The owner column of a table whose rows may have no owner at all."""
    path = spec.owner_path(entry)
    if path is None or path.steps or table.is_view or spec.members_in(table.relation) is not None:
        return None
    column = table.column(path.column)
    free = column is not None and not column.not_null and not column.generated
    return path.column if free and path.column not in table.primary_key else None


def _owner(spec: Spec, entry: Owned, person: Identity) -> dict[str, Any]:
    path = spec.owner_path(entry)
    column = entry.owner or (path.column if path is not None and not path.steps else None)
    return {column: person.user_id} if column else {}


def _point(
    table: Table,
    key: ForeignKey,
    world: World,
    person: Identity,
    rows: list[Row],
    values: dict[str, Any],
) -> None:
    """Let a foreign key point at the parent of the same world."""
    if key.table == USERS:
        for column in key.columns:
            # An optional reference to a user says something only where the model names it.
            if column not in values and needed(table, column):
                values[column] = person.user_id
        return
    parents = (r for r in rows if r.table == key.table and r.label == world)
    parent = next(parents, None)
    if parent is None:
        return
    for column, theirs in zip(key.columns, key.parent_columns, strict=True):
        if column not in values and parent.values.get(theirs) is not None:
            values[column] = parent.values[theirs]


def _itself(key: ForeignKey, values: Values) -> dict[str, Any]:
    return {c: values.get(p) for c, p in zip(key.columns, key.parent_columns, strict=True)}
