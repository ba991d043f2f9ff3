"""What would come of a change to the database: tried in a savepoint and taken back."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import Connection
from psycopg import sql as q

from ..catalog import Policy, Table
from ..model import Case, SubjectKind, Verdict
from ..scenario import Scenario
from ..transports import SqlTransport
from .engine import run_cases
from .judge import within_bounds

_PATIENCE = 20.0  # seconds for all fixes of a run: a database full of holes must not take minutes


class WhatIf:
    """Tries cases again in a changed copy of the seeded database.

    Parameters:
        connection: in a transaction that holds the rows of `scenario`.
        verdicts: what came of every case before any change.
    """

    def __init__(
        self, connection: Connection[Any], scenario: Scenario, verdicts: Iterable[Verdict]
    ) -> None:
        self.connection = connection
        self.scenario = scenario
        self.by_object: dict[str, list[Verdict]] = {}
        for verdict in verdicts:
            self.by_object.setdefault(_about(verdict.case), []).append(verdict)
        self._failing: dict[tuple[str, str], frozenset[str] | None] = {}
        self._until = time.monotonic() + _PATIENCE

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
        """Whether these cases pass with the change and no other case of the object fails by it.

        None where there was no time left to try it.
        """
        listed = list(cases)
        about = _about(listed[0])
        known = (about, statements)
        if known not in self._failing:
            if time.monotonic() > self._until:
                return None
            self._failing[known] = self._try(about, statements)
        failing = self._failing[known]
        if failing is None:
            return False
        before = {v.case.id for v in self.by_object[about] if v.status != "passed"}
        return not failing & {case.id for case in listed} and failing <= before

    def _try(self, about: str, statements: str) -> frozenset[str] | None:
        cases = [verdict.case for verdict in self.by_object[about]]
        try:
            with self.connection.transaction(force_rollback=True):
                self.connection.execute(q.SQL(statements))
                transport = SqlTransport(self.connection, self.scenario)
                verdicts = run_cases(transport, cases)
                return frozenset(v.case.id for v in verdicts if v.status != "passed")
        except psycopg.Error:
            return None


def _about(case: Case) -> str:
    """All buckets share the policies of one table."""
    return "buckets" if case.subject.kind is SubjectKind.BUCKET else str(case.subject)
