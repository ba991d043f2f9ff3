"""Plain SQL with a user's claims, inside a transaction that is never committed."""

from __future__ import annotations

import json
from typing import Any

import psycopg
from psycopg import Connection
from psycopg import sql as q

from ...spec import Relation
from ..cases import Attempt
from ..cases.model import NEW, Key
from ..cases.requests import Call, Insert, Request, Select, name, table_of, to_sql
from ..scenario import Scenario
from ..scenario.statements import text
from .effects import State, changed, state
from .outcome import Outcome, refusal

_BECOME = (
    "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true),"
    " set_config('statement_timeout', %s, true)"
)


class SqlTransport:
    """Attempts in savepoints of one seeded transaction: hundreds of cases a second.

    Parameters:
        connection: in a transaction that holds the rows of `scenario`; it bypasses row level
            security, so that it sees what an attempt has really changed.
        scenario: who is there.
    """

    name = "sql"

    def __init__(self, connection: Connection[Any], scenario: Scenario) -> None:
        self.connection = connection
        self.scenario = scenario
        self._before: dict[Relation, State] = {}

    def perform(self, attempt: Attempt) -> Outcome:
        """Do it, look what came of it, undo it."""
        run = self.connection.execute
        run("savepoint attempt")
        try:
            return self._perform(attempt)
        except psycopg.Error as error:
            refused = refusal(
                error.sqlstate or "",
                (error.diag.message_primary or str(error)).strip(),
                error.diag.constraint_name or "",
            )
            return entered(attempt.request, refused)
        finally:
            run("rollback to savepoint attempt; release savepoint attempt")

    def _perform(self, attempt: Attempt) -> Outcome:
        request = attempt.request
        for setting, value in attempt.settings:
            self.connection.execute("select set_config(%s, %s, true)", (setting, value))
        for delete in attempt.arrange:
            self.connection.execute(_text(to_sql(delete)))
        before: State = {}
        if not isinstance(request, Select | Call):
            before = self._state(table_of(request), fresh=bool(attempt.arrange))
        self._become(attempt)
        if isinstance(request, Select):
            return self._read(request)
        if isinstance(request, Call):
            return self._call(request)
        count = self.connection.execute(_text(to_sql(request))).rowcount
        self.connection.execute("set constraints all immediate; reset role")
        after = self._state(table_of(request), fresh=True)
        rows = changed(request, before, after, count)
        if isinstance(request, Insert) and count and table_of(request) in self.scenario.partial:
            rows = frozenset({NEW})
        return Outcome("allowed" if rows else "zero rows", rows, count)

    def _become(self, attempt: Attempt) -> None:
        who = attempt.who
        timeout = self.scenario.catalog.timeout(who.role)
        self.connection.execute(_BECOME, (who.role, json.dumps(who.token), timeout))

    def _read(self, request: Select) -> Outcome:
        statement = to_sql(request)
        if request.count:
            row = self.connection.execute(_text(statement)).fetchone()
            count = int(row[0]) if row else 0
            return Outcome("allowed" if count else "zero rows", count=count)
        # As JSON, so that a key reads the same here and in the scenario.
        wrapped = q.SQL("select to_jsonb(q) from ({}) as q").format(_text(statement))
        found = [row[0] for row in self.connection.execute(wrapped)]
        rows = frozenset(state(found, self._key(request)))
        return Outcome("allowed" if rows else "zero rows", rows, len(found))

    def _call(self, request: Call) -> Outcome:
        statement = _text(to_sql(request))
        wrapped = q.SQL("select to_jsonb(q)::text from ({}) as q").format(statement)
        answer = "\n".join(row[0] for row in self.connection.execute(wrapped))
        rows = told(request, answer) if request.tells else frozenset({NEW})
        return Outcome("allowed" if rows else "zero rows", rows, 1, message=answer[:200])

    def _key(self, request: Select) -> tuple[str, ...]:
        table = self.scenario.catalog.tables[request.table]
        key = table.primary_key
        return key if key and set(key) <= set(request.columns) else request.columns

    def _ours(self, table: Relation, key: tuple[str, ...]) -> q.Composable:
        """Only the seeded rows of a large table."""
        rows = (_row(key, row.values) for row in self.scenario.of(table) if row.label)
        return q.SQL(" or ").join(rows)

    def _state(self, table: Relation, *, fresh: bool) -> State:
        if not fresh and table in self._before:
            return self._before[table]
        key = self.scenario.key_columns(table)
        query = q.SQL("select to_jsonb(t) from {} as t").format(name(table))
        if table in self.scenario.partial:
            query = q.SQL("{} where {}").format(query, self._ours(table, key))
        found = state((row[0] for row in self.connection.execute(query)), key)
        if not fresh:
            self._before[table] = found
        return found


def _row(columns: tuple[str, ...], values: Any) -> q.Composable:
    parts = (
        q.SQL("{} = {}").format(q.Identifier(column), q.Literal(text(values.get(column))))
        for column in columns
    )
    return q.SQL("({})").format(q.SQL(" and ").join(parts))


def entered(request: Request, refused: Outcome) -> Outcome:
    """An error from inside a function shows that EXECUTE was no obstacle."""
    if not isinstance(request, Call) or request.tells:
        return refused
    inside = refused.code == "42501" and " for function " not in refused.message
    if refused.code.startswith("42") and not inside:
        return refused
    return Outcome("allowed", frozenset({NEW}), 0, refused.code, refused.message)


def told(request: Call, answer: str) -> frozenset[Key]:
    """The rows whose marks an answer of a function holds."""
    return frozenset(key for mark, key in request.tells if mark in answer)


def _text(statement: str) -> q.SQL:
    # Values are literals already; psycopg must not look for placeholders in them.
    return q.SQL(statement)
