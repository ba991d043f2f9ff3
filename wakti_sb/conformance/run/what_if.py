"""What would come of a change to the database: tried in a savepoint and taken back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
from psycopg import Connection
from psycopg import sql as q

from ...spec import Relation
from ..catalog import Policy, Table
from ..catalog.identifiers import quoted
from ..conditions import Readers
from ..model import MESSAGES, OBJECTS, Case, SubjectKind, Verdict
from ..scenario import Scenario
from ..transports import SqlTransport
from .engine import run_cases
from .judge import within_bounds

PATIENCE = 20.0  # seconds for all fixes of a run: a database full of holes must not take minutes

_OBJECTS_OF = {SubjectKind.BUCKET: OBJECTS, SubjectKind.CHANNEL: MESSAGES}


class WhatIf:
    """Tries cases again in a changed copy of the seeded database.

    Parameters:
        connection: in a transaction that holds the rows of `scenario`.
        verdicts: the verdict of every case before any change.
        patience: seconds for all that is tried.
    """

    def __init__(
        self,
        connection: Connection[Any],
        scenario: Scenario,
        verdicts: Iterable[Verdict],
        patience: float = PATIENCE,
    ) -> None:
        self.connection = connection
        self.scenario = scenario
        self.by_object: dict[str, list[Verdict]] = {}
        for verdict in verdicts:
            self.by_object.setdefault(_about(verdict.case), []).append(verdict)
        self._failing: dict[tuple[frozenset[str], str], frozenset[str] | None] = {}
        self._reading: dict[str, frozenset[str]] = {}
        self._readers = Readers(scenario.catalog, definers=True)
        self._until = time.monotonic() + patience

    def without(self, case: Case, table: Table, policy: Policy) -> bool:
        """Whether the case would be denied without this policy."""
        drop = q.SQL("drop policy {} on {}").format(
            q.Identifier(policy.name), q.Identifier(table.relation.schema, table.relation.name)
        )
        try:
            with self.connection.transaction(force_rollback=True):
                self.connection.execute(drop)
                outcome = SqlTransport(self.connection, self.scenario).perform(case.attempt)
        except psycopg.Error:
            return False
        return within_bounds(case, outcome)

    def closes(self, statements: str, cases: Iterable[Case]) -> bool | None:
        """Whether these cases pass with the change and no other case fails by it.

        Tried are all cases of the objects that they and the statements are about, and of every
        object whose policies, query or body read one of these.

        None where there was no time left to try it.
        """
        listed = list(cases)
        about = {_about(case) for case in listed} | set(self._touched(statements))
        known = (frozenset(about), statements)
        if known not in self._failing:
            if time.monotonic() > self._until:
                return None
            if self._try(statements, listed) != frozenset():
                return False  # most do not even close what they are for
            near = [verdict.case for verdict in self._near(about)]
            self._failing[known] = self._try(statements, near)
        failing = self._failing[known]
        if failing is None:
            return False
        before = {v.case.id for v in self._near(about) if v.status != "passed"}
        return not failing & {case.id for case in listed} and failing <= before

    def _touched(self, statements: str) -> Iterator[str]:
        """The tables and views that statements name."""
        for table in self.scenario.catalog.tables.values():
            if quoted(table.relation) in statements:
                yield _object(table.relation)

    def _near(self, about: set[str]) -> list[Verdict]:
        """The verdicts on objects and on those that read them, what comes along with others too."""
        names = {*about, *(name for name in self.by_object if self._reads(name) & about)}
        return [
            verdict
            for name, verdicts in self.by_object.items()
            for verdict in verdicts
            if name in names or _along(verdict.case) & about
        ]

    def _reads(self, name: str) -> frozenset[str]:
        """What an object reads, over however many steps."""
        if name not in self._reading:
            catalog = self.scenario.catalog
            sources = [f.source for f in catalog.functions if str(f.relation) == name]
            read = {r for source in sources for r in self._readers.of_source(source)}
            own = next((str(t) for kind, t in _OBJECTS_OF.items() if kind == name), name)
            starts = [r for r in catalog.tables if str(r) == own] or list(read)
            further = {r for start in starts for r in self._readers.reached(start)}
            self._reading[name] = frozenset(_object(r) for r in read | further)
        return self._reading[name]

    def _try(self, statements: str, cases: Iterable[Case]) -> frozenset[str] | None:
        """The cases that do not pass with the change; None where it cannot be made."""
        try:
            with self.connection.transaction(force_rollback=True):
                self.connection.execute(q.SQL(statements))
                transport = SqlTransport(self.connection, self.scenario)
                verdicts = run_cases(transport, cases)
                return frozenset(v.case.id for v in verdicts if v.status != "passed")
        except psycopg.Error:
            return None


def _along(case: Case) -> set[str]:
    """The parent whose rows the case asks for along with others."""
    join = getattr(case.attempt.request, "join", None)
    return set() if join is None else {str(join.parent)}


def _object(relation: Relation) -> str:
    shared = {OBJECTS: SubjectKind.BUCKET, MESSAGES: SubjectKind.CHANNEL}
    return str(shared.get(relation, relation))


def _about(case: Case) -> str:
    """All buckets share the policies of one table, and so do all channels."""
    return str(case.subject.kind) if case.subject.kind in _OBJECTS_OF else str(case.subject)
