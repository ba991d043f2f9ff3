"""Plain SQL with a user's claims, inside a transaction that is never committed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import Connection
from psycopg import sql as q

from ...spec import Relation
from ..cases import added
from ..cases.as_sql import name, to_sql
from ..model import (
    NEW,
    OBJECTS,
    USERS,
    Attempt,
    Call,
    Copy,
    Delete,
    Insert,
    Key,
    Outcome,
    Pairs,
    Request,
    Select,
    refusal,
    table_of,
)
from ..scenario import Scenario
from ..scenario.statements import text
from .effects import State, changed, state, touched

_CLAIMS = "select set_config('request.jwt.claims', %s, true)"
_BECOME = (
    "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true),"
    " set_config('statement_timeout', %s, true), set_config('request.headers', %s, true)"
)


# Stopped by a timeout, an endless policy, no memory or stack, a lock.
_GAVE_UP = ("57", "42P17", "53", "54", "55", "XX")


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
        self._all: dict[Relation, State] | None = None

    def perform(self, attempt: Attempt) -> Outcome:
        """Send the request, look at its effect, undo it."""
        run = self.connection.execute
        run("savepoint attempt")
        try:
            return self._perform(attempt)
        except psycopg.Error as error:
            refused = refusal(
                error.sqlstate or "",
                (error.diag.message_primary or str(error)).strip(),
                error.diag.constraint_name or "",
                error.diag.message_detail or "",
            )
            if _broke(attempt.request, refused):
                return Outcome("allowed", frozenset({NEW}), 1, refused.code, refused.message)
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
            table = table_of(request)
            asks = self.scenario.catalog.tables[table].kind == "v"
            if asks:  # what a view shows may depend on who is there
                self.connection.execute(_CLAIMS, (json.dumps(attempt.who.token),))
            before = self._state(table, fresh=asks or bool(attempt.arrange))
        everything = self._everything() if isinstance(request, Call) and request.changes else {}
        self._become(attempt)
        if isinstance(request, Select):
            return self._read(request)
        if isinstance(request, Call):
            if request.changes:
                return self._changes(request, everything)
            return self._compared(attempt, request) if request.without else self._call(request)
        count = self.connection.execute(_text(to_sql(request))).rowcount
        self.connection.execute("set constraints all immediate; reset role")
        after = self._state(table_of(request), fresh=True)
        rows = changed(request, before, after, count)
        if (
            isinstance(request, Insert | Copy)
            and count
            and table_of(request) in self.scenario.partial
        ):
            rows = frozenset({NEW})
        return Outcome("allowed" if rows else "zero rows", rows, count)

    def _become(self, attempt: Attempt) -> None:
        who = attempt.who
        timeout = self.scenario.catalog.timeout(who.role)
        self.connection.execute(
            _BECOME, (who.role, json.dumps(who.token), timeout, json.dumps(dict(who.headers)))
        )

    def _read(self, request: Select) -> Outcome:
        statement = to_sql(request)
        if request.count:
            row = self.connection.execute(_text(statement)).fetchone()
            count = int(row[0]) if row else 0
            return Outcome("allowed" if count else "zero rows", count=count)
        # As JSON, so that a key reads the same here and in the scenario.
        wrapped = q.SQL("select to_jsonb(q.*) from ({}) as q").format(_text(statement))
        found = [row[0] for row in self.connection.execute(wrapped)]
        rows = frozenset(state(found, self._key(request)))
        return Outcome("allowed" if rows else "zero rows", rows, len(found))

    def _compared(self, attempt: Attempt, request: Call) -> Outcome:
        """The call with some rows and without: what depends on them tells of them."""
        run = self.connection.execute
        before, again = self._asked(request), self._asked(request)
        known = told(request, before) if request.tells else frozenset()
        if before == again:  # else it is another answer each time anyhow
            run("reset role")
            for table, where in request.without:
                self._taken_away(table, where)
            self._become(attempt)
            if self._asked(request) != before:
                known |= {NEW}
        return Outcome("allowed" if known else "zero rows", known, 1, message=before[:200])

    def _taken_away(self, table: Relation, where: Pairs) -> None:
        try:
            with self.connection.transaction():
                self.connection.execute(_text(to_sql(Delete(table, where))))
        except psycopg.Error:
            return  # others need it: it stays, and shows nothing

    def _asked(self, request: Call) -> str:
        """The answer as text; a refusal is one too."""
        try:
            with self.connection.transaction():
                return self._answer(request)
        except psycopg.Error as error:
            return f"{error.sqlstate} {error.diag.message_primary}"

    def _answer(self, request: Call) -> str:
        statement = _text(to_sql(request))
        wrapped = q.SQL("select to_jsonb(q.*)::text from ({}) as q").format(statement)
        return "\n".join(row[0] for row in self.connection.execute(wrapped))

    def _call(self, request: Call) -> Outcome:
        answer = self._answer(request)
        if request.quoted:  # it was taken for what it is
            return Outcome("zero rows", message=answer[:200])
        rows = told(request, answer) if request.tells else frozenset({NEW})
        return Outcome("allowed" if rows else "zero rows", rows, 1, message=answer[:200])

    def _changes(self, request: Call, before: dict[Relation, State]) -> Outcome:
        self.connection.execute(_text(to_sql(request)))
        self.connection.execute("set constraints all immediate; reset role")
        after = self._rows_of_all()
        rows = touched(before, after, self.scenario.catalog.tables)
        new = (
            (table, row)
            for table, found in after.items()
            for key, row in found.items()
            if key not in before.get(table, {})
        )
        rows |= added(self.scenario, new)
        return Outcome("allowed" if rows else "zero rows", rows, len(rows))

    def _everything(self) -> dict[Relation, State]:
        """The rows of every table as they were seeded."""
        if self._all is None:
            self._all = self._rows_of_all()
        return self._all

    def _rows_of_all(self) -> dict[Relation, State]:
        """In one round trip: a call of a function may change any of them."""
        scenario, tables = self.scenario, self.scenario.catalog.tables
        ids = [who.user_id for who in scenario.identities if who.user_id is not None]
        parts = [
            q.SQL("select {}, to_jsonb(t.*) from {} as t where id = any ({})").format(
                q.Literal(USERS), name(USERS), q.Literal(ids)
            )
        ]
        for table in dict.fromkeys(row.table for row in scenario.rows):
            if tables[table].is_view or table in (USERS, OBJECTS):
                continue
            query = q.SQL("select {}, to_jsonb(t.*) from {} as t").format(
                q.Literal(table), name(table)
            )
            if table in scenario.partial:
                ours = self._ours(table, scenario.key_columns(table))
                query = q.SQL("{} where {}").format(query, ours)
            parts.append(query)
        found: dict[Relation, list[dict[str, Any]]] = {}
        for table_name, row in self.connection.execute(q.SQL(" union all ").join(parts)):
            found.setdefault(Relation(table_name), []).append(row)
        return {table: state(rows, scenario.key_columns(table)) for table, rows in found.items()}

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
        query = q.SQL("select to_jsonb(t.*) from {} as t").format(name(table))
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
    if request.changes:
        # Whatever a function does not like, it has changed nothing; giving up is no answer.
        gave_up = refused.code.startswith(_GAVE_UP)
        return refused if gave_up else replace(refused, kind="refused by code")
    inside = refused.code == "42501" and " for function " not in refused.message
    if refused.code.startswith("42") and not inside:
        return refused
    return Outcome("allowed", frozenset({NEW}), 0, refused.code, refused.message)


def _broke(request: Request, refused: Outcome) -> bool:
    """Whether a quote in an argument has become part of a statement."""
    return isinstance(request, Call) and request.quoted and refused.code == "42601"


def told(request: Call, answer: str) -> frozenset[Key]:
    """The rows whose marks an answer of a function holds."""
    return frozenset(key for mark, key in request.tells if mark in answer)


def _text(statement: str) -> q.SQL:
    # Values are literals already; psycopg must not look for placeholders in them.
    return q.SQL(statement)
