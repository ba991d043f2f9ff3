"""What the model itself decides by: conditions on nothing else are true for the rightful alone."""

from __future__ import annotations

from collections.abc import Iterator

from ...spec import OPERATIONS, Claim, Members, Owned, Relation, Spec, TokenNames, atoms
from ..conditions import Atom, claimed
from ..model import MESSAGES, OBJECTS
from ..scenario import Scenario

_OF_OBJECTS = ("bucket_id", "name", "owner", "owner_id", "path_tokens")
_OF_ANY_TOKEN = ("sub", "role", "aud", "iss", "exp")


class Bound:
    """The columns and claims that the rights of a model depend on."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._columns: dict[Relation, set[str]] = {
            OBJECTS: set(_OF_OBJECTS),
            MESSAGES: {"topic", "extension", "private"},
        }
        for entry in scenario.spec.relations:
            self._add(entry.table, _named(entry))
            self._follow(scenario.spec, entry)
            if entry.shared is not None:  # also where a row is a share of itself
                self._members(entry.shared)
        for bucket in scenario.spec.bucket:
            if bucket.members is not None:
                self._members(bucket.members)
        for table in scenario.catalog.tables.values():
            self._add(table.relation, table.primary_key)
            for key in table.foreign_keys:
                if belongs(scenario, key.table):
                    # Where these may lead is the question of cases about foreign parents.
                    self._add(table.relation, key.columns)
        self._known: dict[tuple[Relation, Atom], bool] = {}
        self._claims = frozenset(_claims(scenario.spec))

    def holds(self, table: Relation, atom: Atom) -> bool:
        """Whether a condition looks at nothing but what the model decides by.

        Such a one cannot be true for somebody who must be refused, unless the model is wrong
        about it. Any other has to be seen true for somebody who must be refused.
        """
        if (table, atom) not in self._known:
            self._known[table, atom] = self._holds(table, atom)
        return self._known[table, atom]

    def _holds(self, table: Relation, atom: Atom) -> bool:
        found = [self.resolved(table, atom, *each) for each in atom.columns]
        # What is called so in the query alone, as a WITH, says nothing of rows by itself.
        found = [each for each in found if each[0] in self.scenario.catalog.tables]
        if not all(column in self._columns.get(where, ()) for where, column in found):
            return False
        paths = {each.path for each in claimed(atom) if each.source == "token"}
        others = [each for each in claimed(atom) if each.source != "token"]
        return not others and all(p in self._claims or p[0] in _OF_ANY_TOKEN for p in paths)

    def resolved(
        self, table: Relation, atom: Atom, qualifier: str, column: str
    ) -> tuple[Relation, str]:
        """The table that a column of a condition belongs to."""
        tables = self.scenario.catalog.tables
        for scope in reversed(atom.scopes):
            for name, relation in scope.relations:
                if name == qualifier:
                    return relation, column
                known = tables.get(relation)
                if not qualifier and (known is None or known.column(column) is not None):
                    return relation, column
        return table, column

    def _follow(self, spec: Spec, entry: Owned) -> None:
        memberships = spec.memberships(entry)
        for path in (spec.owner_path(entry), *memberships):
            where = entry.table
            for step in path.steps if path is not None else ():
                self._add(where, (step.key,))
                self._add(step.table, (step.parent_key,))
                where = step.table
            if path is not None:
                self._add(where, (path.column,))
        for each in memberships:
            self._members(each.members)

    def _members(self, members: Members) -> None:
        where = (members.where.column,) if members.where is not None else ()
        role = (members.role,) if members.role is not None else ()
        self._add(members.table, (members.key, members.user, *role, *where))

    def _add(self, table: Relation, columns: tuple[str, ...]) -> None:
        self._columns.setdefault(table, set()).update(columns)


def belongs(scenario: Scenario, table: Relation) -> bool:
    """Whether the rows of a table belong to somebody, or to a place."""
    entry = scenario.spec.entry(table)
    return entry is not None and scenario.spec.belongs(entry)


def _named(entry: Owned) -> tuple[str, ...]:
    belongs_to = entry.through or entry.members or entry.owner or entry.token_columns
    own = entry.placing if belongs_to else ()
    return (*own, *(condition.column for condition in entry.conditions))


def _claims(spec: Spec) -> Iterator[tuple[str, ...]]:
    rights = [owned.rule(each).right for owned in spec.relations for each in OPERATIONS]
    rights += [bucket.right(each) for bucket in spec.bucket for each in OPERATIONS]
    for right in rights:
        for atom in atoms(right):
            if isinstance(atom, Claim | TokenNames):
                yield atom.path
