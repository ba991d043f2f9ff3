"""A described table together with its scenario: the questions that every family of cases asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ...spec import Operation as SpecOperation
from ...spec import Owned, Relation, Standing, allows, atoms
from ..catalog import Column, Table
from ..model import (
    OBJECTS,
    SERVICE,
    USERS,
    Attempt,
    Delete,
    Expectation,
    Identity,
    Key,
    Pairs,
    Request,
    Subject,
    World,
)
from ..scenario import Row, Scenario, Values, row_values, sample
from ..scenario.statements import text

_SPARE = 500  # the number of the row that inserts try; seeding has found its values


@dataclass(frozen=True)
class Described:
    """One `[[owned]]` or `[[view]]` entry, its table and who is there."""

    entry: Owned
    table: Table
    scenario: Scenario

    @property
    def name(self) -> str:
        """How sentences call it: without the schema public."""
        return short(self.entry.table)

    def whose(self, row: Row, who: Identity) -> str:
        """How a sentence calls a row from the side of `who`; rows of nobody are nobody's own."""
        if not self.scenario.spec.belongs(self.entry):
            row = replace(row, person=None)
        return _whose(row, who)

    @property
    def about(self) -> Subject:
        """What findings call it."""
        return Subject.table(self.entry.table, view=self.table.is_view)

    @property
    def people(self) -> tuple[Identity, ...]:
        """Everybody whose rights are in question."""
        return tuple(who for who in self.scenario.identities if who is not SERVICE)

    @cached_property
    def rows(self) -> list[Row]:
        """Every row of the table."""
        return self.scenario.of(self.entry.table)

    @property
    def planned(self) -> list[Row]:
        """The rows with a label."""
        return [row for row in self.rows if row.label]

    @property
    def this(self) -> Row | None:
        """The row that most cases are about."""
        return self.scenario.row(self.entry.table, "this")

    @cached_property
    def visible(self) -> tuple[str, ...]:
        """The columns that a reader may name."""
        columns = self.entry.select.columns
        hidden = self.entry.hidden
        names = (column.name for column in self.table.columns)
        return tuple(n for n in names if n not in hidden and (columns is None or n in columns))

    @cached_property
    def key_columns(self) -> tuple[str, ...]:
        """What tells rows apart in an answer."""
        key = self.table.primary_key
        return key if key and set(key) <= set(self.visible) else self.visible

    def key(self, values: Values) -> Key:
        """The key of a row."""
        return tuple(str(values.get(column)) for column in self.key_columns)

    def where(self, row: Row) -> Pairs:
        """A filter that only this row meets."""
        columns = self.table.primary_key or self.key_columns
        return tuple((name, text(row.values.get(name))) for name in columns)

    def may(self, who: Identity, operation: SpecOperation, values: Values) -> bool:
        """What the model says."""
        return self.scenario.may(who, operation, self.entry, values)

    def grounds(self, who: Identity, operation: SpecOperation, values: Values) -> frozenset[str]:
        """The parts of a right that let `who` in, each of which a policy has to ask for."""
        standing = self.scenario.standing(who, self.entry, values)
        parts = atoms(self.entry.rule(operation).right)
        return frozenset(str(part) for part in parts if allows(part, standing))

    def may_write(self, who: Identity, operation: SpecOperation, values: Values) -> bool:
        """Whether the model lets `who` leave a row like this behind."""
        return self.may(who, operation, values) and self.scenario.consistent(self.entry, values)

    def open_to(self, who: Identity) -> bool:
        """Whether all of a view is open to `who`, whatever its rows say.

        What an aggregate shows may then differ with who asks; there is nothing to compare it with.
        """
        standing = Standing(signed_in=who.user_id is not None, claims=who.token)
        return self.table.is_view and allows(self.entry.select.right, standing)

    def reachable(self, who: Identity, *operations: SpecOperation) -> Expectation:
        """All rows to which `who` may do all of these."""
        rows = [r for r in self.rows if all(self.may(who, op, r.values) for op in operations)]
        may = frozenset(self.key(row.values) for row in rows)
        return Expectation(may, frozenset(self.key(row.values) for row in rows if row.label))

    def rightful(self, row: Row, *operations: SpecOperation) -> Iterator[Identity]:
        """Who may do all of these to `row`; the person of the row first."""
        for who in sorted(self.people, key=lambda w: w.user_id is None or w != row.person):
            if all(self.may(who, operation, row.values) for operation in operations):
                yield who

    def controls(
        self,
        request: Request,
        row: Row,
        *operations: SpecOperation,
        arrange: tuple[Delete, ...] = (),
    ) -> tuple[Attempt, ...]:
        """The same request by somebody who may; failing that with the secret key."""
        who = next(self.rightful(row, *operations), None)
        people = (SERVICE,) if who is None else (who, SERVICE)
        return tuple(Attempt(person, request, arrange) for person in people)

    def payload(self, who: Identity, world: World, name: Identity | None = None) -> dict[str, Any]:
        """A new row in `world` in the name of `name` (of `who` itself if None)."""
        person = name or who
        found = self._payloads.get((person, world))
        if found is None:
            found = self._payloads[person, world] = self._payload(person, world)
        return dict(found)

    @cached_property
    def _payloads(self) -> dict[tuple[Identity, World], dict[str, Any]]:
        return {}

    def _payload(self, person: Identity, world: World) -> dict[str, Any]:
        planned = [row for row in self.scenario.rows if row.label]
        scenario = self.scenario
        values = row_values(
            scenario.spec, self.table, world, person, _SPARE, planned, scenario.salt
        )
        fixed = self.pointing | set(self.entry.placing)
        solved = scenario.solved.get(self.entry.table, {})
        own = set(self.entry.placing)
        values.update(
            {k: v for k, v in solved.items() if k not in fixed or (v is None and k not in own)}
        )
        values.update(self._somebody_else(solved, person))
        values.update(self._file(world))
        allowed = self.entry.insert.columns
        if allowed is not None:
            values = {name: value for name, value in values.items() if name in allowed}
        return {
            name: value
            for name, value in values.items()
            if (column := self.table.column(name)) and column.identity != "a"
        }

    def _somebody_else(self, solved: Values, person: Identity) -> dict[str, Any]:
        """Columns in which a check wants another person than the one whose row it is."""
        to_users = (key for key in self.table.foreign_keys if key.table == USERS)
        columns = (c for key in to_users for c in key.columns if c not in self.entry.placing)
        others = (w.user_id for w in self.people if w.user_id not in (None, person.user_id))
        other = next(others, None)
        return {
            name: other if solved[name] == person.user_id else solved[name]
            for name in columns
            if solved.get(name) is not None
        }

    def _file(self, world: World) -> dict[str, Any]:
        """What a row says of the stored object that it stands for: the seeded one of `world`."""
        file = self.entry.file
        if file is None:
            return {}
        stored = (r for r in self.scenario.of(OBJECTS) if r.world == world)
        row = next((r for r in stored if (r.label or "").startswith(f"{file.bucket} ")), None)
        if row is None:
            return {}
        described = row.values.get("metadata") or {}
        values = {file.path: row.values["name"]}
        values |= {} if file.size is None else {file.size: described.get("size")}
        return values | ({} if file.type is None else {file.type: described.get("mimetype")})

    @cached_property
    def pointing(self) -> frozenset[str]:
        """Columns of foreign keys."""
        return frozenset(c for key in self.table.foreign_keys for c in key.columns)

    def out_of_the_way(self, values: Values, *but: Row) -> tuple[Delete, ...]:
        """Deletes of the rows whose unique key `values` would repeat, unless it is one of `but`.

        What points at such a row, and forbids that it goes, goes before it.
        """
        same_key: list[Row] = []
        spared = {self.key(row.values) for row in but}
        for unique in self.table.uniques:
            # What is not sent takes its default, which may be what the row has.
            given = [c for c in unique.columns if c in values or not self._filled(c)]
            if not given or any(values.get(c) is None for c in given):
                continue
            for row in self.rows:
                same = all(text(row.values.get(c)) == text(values[c]) for c in given)
                if same and self.key(row.values) not in spared:
                    same_key.append(row)
        before = (d for row in same_key for d in _pointing_at(self.scenario, row))
        deletes = (Delete(self.entry.table, self.where(row)) for row in same_key)
        return tuple(dict.fromkeys((*before, *deletes)))

    def freed(self, row: Row, changed: Iterable[str]) -> tuple[Delete, ...]:
        """Deletes of what points at a row by columns that are to change."""
        keys = [
            key
            for table in self.scenario.catalog.tables.values()
            for key in table.foreign_keys
            if key.table == row.table and set(key.parent_columns) & set(changed)
        ]
        return tuple(dict.fromkeys(_pointing_at(self.scenario, row))) if keys else ()

    def _filled(self, name: str) -> bool:
        """Whether the database puts a value that is the same for several rows."""
        column = self.table.column(name)
        default = column.default if column is not None else None
        return default is not None and "(" not in default

    def alternative(self, column: Column, row: Row) -> str | None:
        """Another value for a column; the present one if nobody can change it."""
        found = self.scenario.alternatives.get(self.entry.table)
        if found is None:
            return sample(column, 41, self.scenario.salt)
        now = text(row.values.get(column.name))
        if column.fields and column.name not in found:
            return sample(column, 41, self.scenario.salt)  # JSON is no text of a composite type
        other = text(found.get(column.name, now))
        if other == now and self.this is not None:
            return text(self.this.values.get(column.name))
        return other

    def changeable(self) -> list[Column]:
        """The columns that an update may name, the most harmless first."""
        rule = self.entry.update
        unique = {c for u in self.table.uniques for c in u.columns}
        columns = [
            column
            for column in self.table.columns
            if not column.generated
            and column.identity != "a"
            and (column.name in rule.columns if rule.columns is not None else self._free(column))
        ]
        known = self.scenario.alternatives.get(self.entry.table, {})
        return sorted(
            columns,
            key=lambda c: (
                c.name not in known,
                c.name in unique,
                c.name in self.pointing,
                c.name in self.conditional,
            ),
        )

    def sendable(self) -> list[Column]:
        """The columns that an update may name, also those whose value has to stay the same."""
        granted = self.columns(self.entry.granted)
        return list(dict.fromkeys((*self.changeable(), *granted)))

    def columns(self, names: Iterable[str]) -> list[Column]:
        """Columns of these names that a client can write."""
        found = (self.table.column(name) for name in names)
        return [c for c in found if c is not None and not c.generated and c.identity != "a"]

    @cached_property
    def conditional(self) -> frozenset[str]:
        """Columns that rights depend on: changing them may change who may see the row."""
        members = self.scenario.spec.members_in(self.entry.table)
        role = {members.role} if members is not None and members.role is not None else set()
        return frozenset({c.column for c in self.entry.conditions} | role)

    def _free(self, column: Column) -> bool:
        entry = self.entry
        return (
            column.name not in entry.placing
            and column.name not in entry.hidden
            and column.name not in self.table.primary_key
        )


def _pointing_at(scenario: Scenario, row: Row) -> Iterator[Delete]:
    """Deletes of what forbids a delete of `row`, and of what goes with it, the deepest first."""
    todo: list[tuple[Row, bool]] = [(row, False)]
    found: list[tuple[Row, bool]] = []
    while todo:
        parent, _ = todo.pop()
        for table in scenario.catalog.tables.values():
            for key in table.foreign_keys:
                if key.table != parent.table:
                    continue
                theirs = [text(parent.values.get(column)) for column in key.parent_columns]
                known = [each for each, _ in (*found, (row, False))]
                further = [
                    (each, key.blocks)
                    for each in scenario.of(table.relation)
                    if each not in known
                    and None not in theirs
                    and [text(each.values.get(column)) for column in key.columns] == theirs
                ]
                found += further
                todo += further
    blocking = [each for each, blocks in reversed(found) if blocks]
    yield from (Delete(table, where) for table, where in keyed(scenario, blocking))


def _whose(row: Row, who: Identity) -> str:
    """How a sentence calls a row from the side of `who`."""
    if row.person is not None and row.person.user_id == who.user_id:
        words = "its own row"
    elif row.label == "this" or (row.world == "this" and row.variant):
        words = "this row"
    elif row.label == "other" or row.world == "other":
        words = "a row elsewhere"
    else:
        words = f"the row of {row.person.label}" if row.person else "a row"
    return f"{words} ({row.variant})" if row.variant else words


def keyed(scenario: Scenario, rows: Iterable[Row]) -> tuple[tuple[Relation, Pairs], ...]:
    """Rows by table and key, as requests name them."""
    return tuple(
        (row.table, tuple((c, text(row.values.get(c))) for c in scenario.key_columns(row.table)))
        for row in rows
    )


def can(allowed: bool) -> str:
    """How a sentence says so."""
    return "can" if allowed else "cannot"


def short(relation: Relation) -> str:
    """A name without the schema public."""
    return relation.name if relation.schema == "public" else str(relation)


def pairs(values: Values) -> Pairs:
    """Values as they travel in a request; null columns are left out."""
    return tuple((name, text(value)) for name, value in values.items() if value is not None)
